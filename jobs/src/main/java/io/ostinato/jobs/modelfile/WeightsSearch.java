package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Instance;
import io.ostinato.pickle.Pickled.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Searches a pickled value for modules and weights. Values can be nested without end and share
 * parts, so a search ends after a number of values, with what it has found by then. Not
 * thread-safe.
 */
final class WeightsSearch {
  /** Keys of a state_dict whose values are not tensors. */
  private static final Pattern NO_TENSOR = Pattern.compile(".*(?:_extra_state|_packed_params.*)");

  private static final int MOST_VALUES = 100_000;
  private static final int DEEPEST = 16;

  private final Map<Pickled, Boolean> known = new IdentityHashMap<>();
  private int values;
  private int depth;

  /** The outermost modules within a value. */
  List<PickledEntry> modulesIn(Pickled value) {
    return in(value, WeightsSearch::isModule);
  }

  /** The outermost weights within a value. */
  List<PickledEntry> weightsIn(Pickled value) {
    return in(value, this::isWeights);
  }

  private List<PickledEntry> in(Pickled value, Predicate<Pickled> isMeant) {
    return PickledEntry.in(value, isMeant, () -> ++values <= MOST_VALUES);
  }

  static boolean isModule(Pickled value) {
    return value instanceof Instance instance && instance.isModule();
  }

  /** Whether it has weights: only tensors, or arrays among other values that contain no model. */
  boolean isWeights(Pickled value) {
    Boolean before = known.get(value);
    if (before != null) {
      return before;
    }
    known.put(value, false); // for a value that contains itself
    boolean found = isTensorsOnly(value) || isArraysAmongOthers(value);
    known.put(value, found);
    return found;
  }

  private boolean isArraysAmongOthers(Pickled value) {
    if (depth == DEEPEST || !hasArray(value) || TrainingState.of(value).isPresent()) {
      return false;
    }
    depth++;
    boolean isAlone =
        in(value, each -> isModule(each) || isWeights(each)).stream()
            .allMatch(PickledEntry::isOfTraining);
    depth--;
    return isAlone;
  }

  static boolean isTensorsOnly(Pickled value) {
    Map<String, Pickled> all = value.entries();
    return all.values().stream().anyMatch(each -> each instanceof Tensor t && !t.isBytes())
        && all.entrySet().stream()
            .allMatch(
                each ->
                    each.getValue() instanceof Tensor
                        || NO_TENSOR.matcher(each.getKey()).matches());
  }

  static boolean hasArray(Pickled value) {
    return value.entries().values().stream()
        .anyMatch(each -> each instanceof Tensor t && !t.isBytes() && !t.isScalar());
  }
}
