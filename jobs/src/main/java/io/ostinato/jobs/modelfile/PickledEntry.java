package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.modelfile.Pickled.Items;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A value within a file of {@code torch.save}, and its path.
 *
 * @param path the path as a Python expression, such as {@code ['model'][0]}
 * @param isOfTraining whether a key on the path names state of the training, such as an
 *     optimizer's, that has tensors but isn't a model
 * @param value the value
 */
record PickledEntry(String path, boolean isOfTraining, Pickled value) {
  private static final Pattern OF_TRAINING =
      Pattern.compile(
          "(?i).*(?:optim|sched|scaler|rng|random).*|opt|opt_.*"
              + "|(?:.*_)?(?:metrics?|loss|losses|loss_fn|criterion|accuracy|history)");

  private static final int MOST_LEVELS = 4;
  private static final int MOST_ITEMS = 32;

  /** The entries of a dict. */
  static List<PickledEntry> ofKeys(Pickled value) {
    PickledEntry top = new PickledEntry("", false, value);
    return value.entries().entrySet().stream()
        .map(each -> top.at(each.getKey(), each.getValue()))
        .toList();
  }

  /** The outermost entries within a value whose values satisfy the predicate. */
  static List<PickledEntry> in(Pickled value, Predicate<Pickled> isMeant) {
    List<PickledEntry> found = new ArrayList<>();
    new PickledEntry("", false, value).collect(0, isMeant, found);
    return found;
  }

  private void collect(int level, Predicate<Pickled> isMeant, List<PickledEntry> found) {
    if (level > 0 && isMeant.test(value)) {
      found.add(this);
    } else if (level < MOST_LEVELS && !isOptimizer(value)) {
      if (value instanceof Items items && items.values().size() <= MOST_ITEMS) {
        for (int i = 0; i < items.values().size(); i++) {
          at(i, items.values().get(i)).collect(level + 1, isMeant, found);
        }
      }
      value.entries().forEach((key, each) -> at(key, each).collect(level + 1, isMeant, found));
    }
  }

  private static boolean isOptimizer(Pickled value) {
    return TrainingState.of(value).filter(state -> state == TrainingState.OPTIMIZER).isPresent();
  }

  private PickledEntry at(String key, Pickled there) {
    return new PickledEntry(
        path + "[" + quoted(key) + "]", isOfTraining || OF_TRAINING.matcher(key).matches(), there);
  }

  private PickledEntry at(int index, Pickled there) {
    return new PickledEntry(path + "[" + index + "]", isOfTraining, there);
  }

  /** The text as a Python string literal. */
  static String quoted(String text) {
    String quote = text.contains("'") && !text.contains("\"") ? "\"" : "'";
    return quote
        + text.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, "\\" + quote)
        + quote;
  }
}
