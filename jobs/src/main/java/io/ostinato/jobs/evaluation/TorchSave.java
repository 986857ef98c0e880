package io.ostinato.jobs.evaluation;

import io.ostinato.jobs.evaluation.Pickled.Global;
import io.ostinato.jobs.evaluation.Pickled.Instance;
import io.ostinato.jobs.evaluation.Pickled.Items;
import io.ostinato.jobs.evaluation.Pickled.Mapping;
import io.ostinato.jobs.evaluation.Pickled.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What {@code torch.save} has written, and the command that makes a module of it: with the keys
 * that its weights have in this file, or with all of them where it doesn't tell which are meant.
 *
 * @param value the object that was saved
 * @param needsTrust whether {@code torch.load} refuses it unless it is told that it may run code
 */
record TorchSave(Pickled value, boolean needsTrust) {
  private static final String SCRIPT = "torch.jit.script(model.eval()).save('module.pt')";
  private static final String LIGHTNING = "pytorch-lightning_version";

  /** Modules of Python whose classes {@code torch.load} takes for weights. */
  private static final Set<String> TRUSTED =
      Set.of("torch", "torch._utils", "torch._tensor", "torch.storage", "torch.nn.parameter");

  private static final Set<Global> ALSO_TRUSTED =
      Set.of(
          new Global("collections", "OrderedDict"),
          new Global("collections", "Counter"),
          new Global("_codecs", "encode"));

  /** What has tensors, and nothing that is evaluated. */
  private static final Pattern OF_TRAINING =
      Pattern.compile("(?i).*(?:optim|sched|scaler|rng|random).*|opt|opt_.*");

  /** What a state_dict may have that isn't a tensor. */
  private static final Pattern NO_TENSOR = Pattern.compile(".*(?:_extra_state|_packed_params.*)");

  /** The highest that {@code torch.load} reads for certain where it trusts nobody. */
  private static final int PROTOCOL_OF_WEIGHTS = 2;

  private static final int MOST_LEVELS = 4;
  private static final int MOST_ITEMS = 32;
  private static final int MOST_NAMES = 12;

  /** Where something is in a value: in Python's words, as in {@code ['model'][0]}. */
  private record Place(String path, boolean isOfTraining) {
    Place at(String key) {
      return new Place(
          path + "[" + quoted(key) + "]", isOfTraining || OF_TRAINING.matcher(key).matches());
    }

    Place at(int index) {
      return new Place(path + "[" + index + "]", isOfTraining);
    }
  }

  /**
   * That of a pickle that has been read.
   *
   * @param globals the classes and functions that it needs
   * @param protocol of the pickle
   */
  static TorchSave of(Pickled value, Set<Global> globals, int protocol) {
    boolean trusted =
        globals.stream()
            .allMatch(global -> TRUSTED.contains(global.module()) || ALSO_TRUSTED.contains(global));
    return new TorchSave(value, !trusted || protocol > PROTOCOL_OF_WEIGHTS);
  }

  /** What it is, and the command, for a file of this name. */
  String words(String file) {
    if (keys().contains(LIGHTNING)) {
      return "it is a checkpoint of Lightning, weights without code, as torch.save writes them; in"
          + " Python, with its class: Net.load_from_checkpoint(%s).to_torchscript('module.pt')"
              .formatted(quoted(file));
    } else if (value instanceof Tensor) {
      return "it is a single tensor, as torch.save writes it, and no model";
    } else if (isModule(value)) {
      return "it is a module that torch.save has pickled, which needs its Python classes; in Python:"
          + " torch.jit.script(%s.eval()).save('module.pt')".formatted(load(file, true));
    } else if (isWeights(value)) {
      return "it is a state_dict, weights without code, as torch.save writes them; in Python, with"
          + " the model: model.load_state_dict(%s), %s".formatted(load(file, needsTrust), SCRIPT);
    }
    List<Place> modules = places(TorchSave::isModule);
    return modules.isEmpty() ? ofWeights(file) : ofModules(file, modules);
  }

  private String ofModules(String file, List<Place> modules) {
    return "it is a checkpoint of a training with a module that torch.save has pickled, which needs"
        + " its Python classes; in Python%s: torch.jit.script(%s%s.eval()).save('module.pt')"
            .formatted(choice("of the module", modules), load(file, true), key(modules));
  }

  private String ofWeights(String file) {
    List<Place> weights = places(TorchSave::isWeights);
    if (!weights.isEmpty()) {
      return "it is a checkpoint of a training, weights without code, as torch.save writes them; in"
          + " Python, with the model%s: model.load_state_dict(%s%s), %s"
              .formatted(
                  choice("of its weights", weights), load(file, needsTrust), key(weights), SCRIPT);
    }
    List<Place> all = keys().stream().map(new Place("", false)::at).toList();
    String what =
        "torch.save has written it, and it doesn't tell where its weights are; in Python,";
    return all.isEmpty()
        ? what + " with the model: " + SCRIPT
        : what
            + " with the model and the key of its weights, if one of %s is it:"
                .formatted(names(all))
            + " model.load_state_dict(%s[KEY]), %s".formatted(load(file, needsTrust), SCRIPT);
  }

  /** One says it all; of several the user knows which. */
  private static String choice(String ofWhat, List<Place> places) {
    return places.size() == 1 ? "" : " and the key %s, one of %s".formatted(ofWhat, names(places));
  }

  private static String key(List<Place> places) {
    return places.size() == 1 ? places.get(0).path() : "[KEY]";
  }

  private static String names(List<Place> places) {
    List<String> names = places.stream().map(Place::path).limit(MOST_NAMES).toList();
    return String.join(", ", names)
        + (places.size() > MOST_NAMES ? " and %s more".formatted(places.size() - MOST_NAMES) : "");
  }

  private static String load(String file, boolean trust) {
    return "torch.load(%s%s)".formatted(quoted(file), trust ? ", weights_only=False" : "");
  }

  private Set<String> keys() {
    return value instanceof Mapping mapping ? mapping.values().keySet() : Set.of();
  }

  /** Where such values are; those of the training only where there are no others. */
  private List<Place> places(Predicate<Pickled> isMeant) {
    List<Place> found = new ArrayList<>();
    collect(value, new Place("", false), 0, isMeant, found);
    List<Place> ofModels = found.stream().filter(place -> !place.isOfTraining()).toList();
    return ofModels.isEmpty() ? found : ofModels;
  }

  private static void collect(
      Pickled value, Place place, int level, Predicate<Pickled> isMeant, List<Place> found) {
    if (level > 0 && isMeant.test(value)) {
      found.add(place);
    } else if (level < MOST_LEVELS) {
      if (value instanceof Items items && items.values().size() <= MOST_ITEMS) {
        for (int i = 0; i < items.values().size(); i++) {
          collect(items.values().get(i), place.at(i), level + 1, isMeant, found);
        }
      }
      mappingOf(value)
          .forEach((key, each) -> collect(each, place.at(key), level + 1, isMeant, found));
    }
  }

  private static Map<String, Pickled> mappingOf(Pickled value) {
    if (value instanceof Mapping mapping) {
      return mapping.values();
    }
    return value instanceof Instance instance ? instance.items().values() : Map.of();
  }

  private static boolean isModule(Pickled value) {
    return value instanceof Instance instance && instance.isModule();
  }

  private static boolean isWeights(Pickled value) {
    Map<String, Pickled> all = mappingOf(value);
    return all.values().stream().anyMatch(each -> each instanceof Tensor t && !t.isBytes())
        && all.entrySet().stream()
            .allMatch(
                each ->
                    each.getValue() instanceof Tensor
                        || NO_TENSOR.matcher(each.getKey()).matches());
  }

  /** As Python writes text. */
  private static String quoted(String text) {
    String quote = text.contains("'") && !text.contains("\"") ? "\"" : "'";
    return quote
        + text.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, "\\" + quote)
        + quote;
  }
}
