package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.Pickled;
import io.ostinato.pickle.Pickled.Items;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
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

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final int MOST_CHARACTERS = 200;
  private static final int MOST_LEVELS = 4;
  private static final int MOST_ITEMS = 32;

  /** The entries of a dict. */
  static List<PickledEntry> ofKeys(Pickled value) {
    PickledEntry top = new PickledEntry("", false, value);
    return value.entries().entrySet().stream()
        .map(each -> top.at(each.getKey(), each.getValue()))
        .toList();
  }

  /**
   * The outermost entries within a value whose values satisfy the predicate.
   *
   * @param goesOn asked before each value; once it is false, the search ends
   */
  static List<PickledEntry> in(Pickled value, Predicate<Pickled> isMeant, BooleanSupplier goesOn) {
    List<PickledEntry> found = new ArrayList<>();
    new PickledEntry("", false, value).collect(0, isMeant, goesOn, found);
    return found;
  }

  private void collect(
      int level, Predicate<Pickled> isMeant, BooleanSupplier goesOn, List<PickledEntry> found) {
    if (!goesOn.getAsBoolean()) {
      return;
    } else if (level > 0 && isMeant.test(value)) {
      found.add(this);
    } else if (level < MOST_LEVELS && !isOptimizer(value)) {
      if (value instanceof Items items && items.values().size() <= MOST_ITEMS) {
        for (int i = 0; i < items.values().size(); i++) {
          at(i, items.values().get(i)).collect(level + 1, isMeant, goesOn, found);
        }
      }
      value
          .entries()
          .forEach((key, each) -> at(key, each).collect(level + 1, isMeant, goesOn, found));
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

  /** The text as a Python string literal; one that is too long for a message is shortened. */
  static String quoted(String text) {
    String some =
        text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    String quote = some.contains("'") && !some.contains("\"") ? "\"" : "'";
    String escaped = some.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, "\\" + quote);
    return quote + CONTROL.matcher(escaped).replaceAll("?") + quote;
  }
}
