package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Global;
import io.ostinato.pickle.Pickled.Other;
import io.ostinato.pickle.Pickled.Tensor;
import io.ostinato.pickle.Pickled.Text;
import io.ostinato.pickle.Pickled.Whole;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The content of a file written by {@code torch.save}, and the command that converts it to a
 * module. The command has the key of the weights in this file, or all candidates if there are
 * several.
 *
 * @param value the object that was saved
 * @param needsTrust whether {@code torch.load} requires {@code weights_only=False}, which allows it
 *     to run code
 */
record TorchSave(Pickled value, boolean needsTrust) {
  private static final String SCRIPT = "torch.jit.script(model.eval()).save('module.pt')";
  private static final String LIGHTNING = "pytorch-lightning_version";

  /** Python modules whose classes {@code torch.load} accepts as weights. */
  private static final Set<String> TRUSTED =
      Set.of("torch", "torch._utils", "torch._tensor", "torch.storage", "torch.nn.parameter");

  private static final Set<Global> ALSO_TRUSTED =
      Set.of(
          new Global("collections", "OrderedDict"),
          new Global("collections", "Counter"),
          new Global("_codecs", "encode"));

  /** The highest pickle protocol that {@code torch.load} surely supports with weights_only. */
  private static final int PROTOCOL_OF_WEIGHTS = 2;

  private static final int MOST_NAMES = 12;

  /**
   * Describes a pickle that has been read.
   *
   * @param globals the classes and functions that it requires
   * @param protocol the protocol of the pickle
   */
  static TorchSave of(Pickled value, Set<Global> globals, int protocol) {
    boolean trusted =
        globals.stream()
            .allMatch(global -> TRUSTED.contains(global.module()) || ALSO_TRUSTED.contains(global));
    return new TorchSave(value, !trusted || protocol > PROTOCOL_OF_WEIGHTS);
  }

  /** Whether it has the weights of a model, which a module can be given by their names. */
  boolean hasWeights() {
    WeightsSearch search = new WeightsSearch();
    return value.entries().containsKey(LIGHTNING)
        || WeightsSearch.isModule(value)
        || search.isWeights(value)
        || !search.modulesIn(value).isEmpty()
        || !search.weightsIn(value).isEmpty();
  }

  /** What the file is, and the command to convert it. */
  String words(String file) {
    WeightsSearch search = new WeightsSearch();
    if (value.entries().containsKey(LIGHTNING)) {
      return "it is a Lightning checkpoint, weights without code, written by torch.save; convert it"
          + " in Python, with its class: Net.load_from_checkpoint(%s).to_torchscript('module.pt')"
              .formatted(PickledEntry.quoted(file));
    } else if (value instanceof Tensor) {
      return "it is a single tensor written by torch.save, not a model";
    } else if (WeightsSearch.isModule(value)) {
      return "it is a module pickled by torch.save, which needs its Python classes; convert it in"
          + " Python: torch.jit.script(%s.eval()).save('module.pt')".formatted(load(file, true));
    } else if (search.isWeights(value)) {
      return "it is a state_dict, weights without code, written by torch.save; convert it in"
          + " Python, with the model: model.load_state_dict(%s), %s"
              .formatted(tensors(load(file, needsTrust), List.of(value)), SCRIPT);
    }
    List<PickledEntry> modules = preferred(search.modulesIn(value));
    return modules.isEmpty() ? ofWeights(file, search) : ofModules(file, modules);
  }

  private String ofModules(String file, List<PickledEntry> modules) {
    return "it is a training checkpoint with a module pickled by torch.save, which needs its Python"
        + " classes; convert it in Python%s: torch.jit.script(%s%s.eval()).save('module.pt')"
            .formatted(
                choice(", with the key of the module", modules), load(file, true), key(modules));
  }

  private String ofWeights(String file, WeightsSearch search) {
    List<PickledEntry> weights = preferred(search.weightsIn(value));
    if (weights.isEmpty()) {
      return ofNoWeights(file);
    }
    String all = load(file, needsTrust) + key(weights);
    return "it is a training checkpoint, weights without code, written by torch.save; convert it in"
        + " Python, with the model%s: model.load_state_dict(%s), %s"
            .formatted(
                choice(" and the key of its weights", weights),
                tensors(all, weights.stream().map(PickledEntry::value).toList()),
                SCRIPT);
  }

  private String ofNoWeights(String file) {
    Optional<String> state = TrainingState.of(value).map(TrainingState::words).or(this::states);
    if (state.isPresent()) {
      return "it contains %s written by torch.save, but no model".formatted(state.get());
    }
    List<PickledEntry> all =
        PickledEntry.ofKeys(value).stream()
            .filter(entry -> !(entry.value() instanceof Tensor))
            .filter(entry -> TrainingState.of(entry.value()).isEmpty())
            .toList();
    String what =
        "it was written by torch.save, but where its weights are is unknown; convert it in Python,";
    return all.isEmpty()
        ? what + " with the model: " + SCRIPT
        : what
            + " with the model and the key of its weights, if one of %s is it:"
                .formatted(names(all))
            + " model.load_state_dict(%s[KEY]), %s".formatted(load(file, needsTrust), SCRIPT);
  }

  /** The training states of a checkpoint that has nothing else which may be a model. */
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
    return value instanceof Other
        || value instanceof Whole
        || value instanceof Text
        || value instanceof Tensor;
  }

  /** The expression for the weights, filtered for tensors if there are other values among them. */
  private static String tensors(String all, List<Pickled> weights) {
    return weights.stream().allMatch(WeightsSearch::isTensorsOnly)
        ? all
        : "{k: v for k, v in %s.items() if torch.is_tensor(v)}".formatted(all);
  }

  /** The hint to choose among several candidates; empty if there is only one. */
  private static String choice(String withKey, List<PickledEntry> entries) {
    return entries.size() == 1 ? "" : "%s, one of %s".formatted(withKey, names(entries));
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

  /** Prefers entries that are not training state, and arrays to scalars, if there are any. */
  private static List<PickledEntry> preferred(List<PickledEntry> found) {
    List<Predicate<PickledEntry>> preferences =
        List.of(
            entry ->
                !entry.isOfTraining()
                    && (WeightsSearch.isModule(entry.value())
                        || WeightsSearch.hasArray(entry.value())),
            entry -> !entry.isOfTraining());
    return preferences.stream()
        .map(preference -> found.stream().filter(preference).toList())
        .filter(entries -> !entries.isEmpty())
        .findFirst()
        .orElse(found);
  }
}
