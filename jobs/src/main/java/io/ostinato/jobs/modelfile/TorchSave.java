package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.modelfile.Pickled.Global;
import io.ostinato.jobs.modelfile.Pickled.Instance;
import io.ostinato.jobs.modelfile.Pickled.Other;
import io.ostinato.jobs.modelfile.Pickled.Tensor;
import io.ostinato.jobs.modelfile.Pickled.Text;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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

  /** What a state_dict may have that isn't a tensor. */
  private static final Pattern NO_TENSOR = Pattern.compile(".*(?:_extra_state|_packed_params.*)");

  /** The highest that {@code torch.load} reads for certain where it trusts nobody. */
  private static final int PROTOCOL_OF_WEIGHTS = 2;

  private static final int MOST_NAMES = 12;

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
    if (value.entries().containsKey(LIGHTNING)) {
      return "it is a checkpoint of Lightning, weights without code, as torch.save writes them; in"
          + " Python, with its class: Net.load_from_checkpoint(%s).to_torchscript('module.pt')"
              .formatted(PickledEntry.quoted(file));
    } else if (value instanceof Tensor) {
      return "it is a single tensor, as torch.save writes it, and no model";
    } else if (isModule(value)) {
      return "it is a module that torch.save has pickled, which needs its Python classes; in Python:"
          + " torch.jit.script(%s.eval()).save('module.pt')".formatted(load(file, true));
    } else if (isWeights(value)) {
      return "it is a state_dict, weights without code, as torch.save writes them; in Python, with"
          + " the model: model.load_state_dict(%s), %s"
              .formatted(tensors(load(file, needsTrust), List.of(value)), SCRIPT);
    }
    List<PickledEntry> modules = preferred(PickledEntry.in(value, TorchSave::isModule));
    return modules.isEmpty() ? ofWeights(file) : ofModules(file, modules);
  }

  private String ofModules(String file, List<PickledEntry> modules) {
    return "it is a checkpoint of a training with a module that torch.save has pickled, which needs"
        + " its Python classes; in Python%s: torch.jit.script(%s%s.eval()).save('module.pt')"
            .formatted(choice("of the module", modules), load(file, true), key(modules));
  }

  private String ofWeights(String file) {
    List<PickledEntry> weights = preferred(PickledEntry.in(value, TorchSave::isWeights));
    if (weights.isEmpty()) {
      return ofNoWeights(file);
    }
    String all = load(file, needsTrust) + key(weights);
    return "it is a checkpoint of a training, weights without code, as torch.save writes them; in"
        + " Python, with the model%s: model.load_state_dict(%s), %s"
            .formatted(
                choice("of its weights", weights),
                tensors(all, weights.stream().map(PickledEntry::value).toList()),
                SCRIPT);
  }

  private String ofNoWeights(String file) {
    Optional<String> state = TrainingState.of(value).map(TrainingState::words).or(this::states);
    if (state.isPresent()) {
      return "it has %s, as torch.save writes it, and no model".formatted(state.get());
    }
    List<PickledEntry> all =
        PickledEntry.ofKeys(value).stream()
            .filter(entry -> !(entry.value() instanceof Tensor))
            .filter(entry -> TrainingState.of(entry.value()).isEmpty())
            .toList();
    String what =
        "torch.save has written it, and it doesn't tell where its weights are; in Python,";
    return all.isEmpty()
        ? what + " with the model: " + SCRIPT
        : what
            + " with the model and the key of its weights, if one of %s is it:"
                .formatted(names(all))
            + " model.load_state_dict(%s[KEY]), %s".formatted(load(file, needsTrust), SCRIPT);
  }

  /** Those in a checkpoint that has nothing else which may be a model. */
  private Optional<String> states() {
    List<Pickled> whole =
        value.entries().values().stream().filter(each -> !isSingle(each)).toList();
    List<Optional<TrainingState>> states = whole.stream().map(TrainingState::of).toList();
    return whole.isEmpty() || states.contains(Optional.<TrainingState>empty())
        ? Optional.empty()
        : Optional.of(
            states.stream()
                .flatMap(Optional::stream)
                .map(TrainingState::words)
                .distinct()
                .collect(Collectors.joining(" and ")));
  }

  private static boolean isSingle(Pickled value) {
    return value instanceof Other || value instanceof Text || value instanceof Tensor;
  }

  /** Those of such weights alone, where they have other things beside them. */
  private static String tensors(String all, List<Pickled> weights) {
    return weights.stream().allMatch(TorchSave::isTensorsOnly)
        ? all
        : "{k: v for k, v in %s.items() if torch.is_tensor(v)}".formatted(all);
  }

  /** One says it all; of several the user knows which. */
  private static String choice(String ofWhat, List<PickledEntry> entries) {
    return entries.size() == 1
        ? ""
        : " and the key %s, one of %s".formatted(ofWhat, names(entries));
  }

  private static String key(List<PickledEntry> entries) {
    return entries.size() == 1 ? entries.get(0).path() : "[KEY]";
  }

  private static String names(List<PickledEntry> entries) {
    List<String> names = entries.stream().map(PickledEntry::path).limit(MOST_NAMES).toList();
    return String.join(", ", names)
        + (entries.size() > MOST_NAMES
            ? " and %s more".formatted(entries.size() - MOST_NAMES)
            : "");
  }

  private static String load(String file, boolean trust) {
    return "torch.load(%s%s)"
        .formatted(PickledEntry.quoted(file), trust ? ", weights_only=False" : "");
  }

  /** Those of the training, and numbers alone, only where there are no others. */
  private static List<PickledEntry> preferred(List<PickledEntry> found) {
    List<Predicate<PickledEntry>> preferences =
        List.of(
            entry -> !entry.isOfTraining() && (isModule(entry.value()) || hasArray(entry.value())),
            entry -> !entry.isOfTraining());
    return preferences.stream()
        .map(preference -> found.stream().filter(preference).toList())
        .filter(entries -> !entries.isEmpty())
        .findFirst()
        .orElse(found);
  }

  private static boolean isModule(Pickled value) {
    return value instanceof Instance instance && instance.isModule();
  }

  /** Tensors; beside other things only where no model is among those. */
  private static boolean isWeights(Pickled value) {
    return isTensorsOnly(value)
        || (hasArray(value)
            && TrainingState.of(value).isEmpty()
            && PickledEntry.in(value, each -> isModule(each) || isWeights(each)).stream()
                .allMatch(PickledEntry::isOfTraining));
  }

  private static boolean isTensorsOnly(Pickled value) {
    Map<String, Pickled> all = value.entries();
    return all.values().stream().anyMatch(each -> each instanceof Tensor t && !t.isBytes())
        && all.entrySet().stream()
            .allMatch(
                each ->
                    each.getValue() instanceof Tensor
                        || NO_TENSOR.matcher(each.getKey()).matches());
  }

  private static boolean hasArray(Pickled value) {
    return value.entries().values().stream()
        .anyMatch(each -> each instanceof Tensor t && !t.isBytes() && !t.isScalar());
  }
}
