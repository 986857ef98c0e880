package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The order in which callbacks are called at the end of an update: first those that don't read
 * metrics, in the order of registration, then each reader after all callbacks that may write what
 * it reads.
 */
final class CallbackOrder {
  private CallbackOrder() {}

  /**
   * Groups of callbacks that are called one after the other. Within a group, a hook is called on
   * all callbacks before the next hook is called on any.
   *
   * @throws Circle if readers depend on each other; names them
   */
  static List<List<Callback>> of(List<Callback> callbacks) {
    List<List<Callback>> groups = new ArrayList<>();
    groups.add(callbacks.stream().filter(callback -> callback.readsMetrics().isEmpty()).toList());
    List<Callback> waiting =
        new ArrayList<>(
            callbacks.stream().filter(callback -> !callback.readsMetrics().isEmpty()).toList());
    while (!waiting.isEmpty()) {
      Callback next =
          waiting.stream()
              .filter(reader -> waiting.stream().noneMatch(writer -> isBefore(writer, reader)))
              .findFirst()
              .orElseThrow(() -> waitForEachOther(waiting));
      groups.add(List.of(next));
      waiting.remove(next);
    }
    return List.copyOf(groups);
  }

  private static boolean isBefore(Callback writer, Callback reader) {
    return writer != reader && !Collections.disjoint(writer.writesMetrics(), reader.readsMetrics());
  }

  private static Circle waitForEachOther(List<Callback> callbacks) {
    return new Circle(
        new TrainingMistake(
            Mistake.of(
                Subject.callback(callbacks.get(callbacks.size() - 1).name()),
                "callbacks %s read metrics that they write for each other, so none can run first"
                    .formatted(
                        callbacks.stream().map(callback -> "'" + callback.name() + "'").toList())),
            callbacks));
  }

  /** Thrown if readers depend on each other. */
  static final class Circle extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private final transient TrainingMistake mistake;

    private Circle(TrainingMistake mistake) {
      super(mistake.mistake().text());
      this.mistake = mistake;
    }

    TrainingMistake mistake() {
      return mistake;
    }
  }
}
