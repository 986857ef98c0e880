package io.ostinato.metric;

import java.util.List;
import java.util.function.Supplier;

/** States of the labels or outputs of a row, whose number is that of the first batch. */
final class StatesOfParts {
  private StatesOfParts() {}

  /**
   * Adds states to an empty list.
   *
   * @param parts the number of states
   * @param what the parts in words, for the message
   * @throws IllegalArgumentException if the list has another number of states
   */
  static <S> void expect(int parts, String what, List<S> states, Supplier<S> zero) {
    if (states.isEmpty()) {
      for (int part = 0; part < parts; part++) {
        states.add(zero.get());
      }
    }
    if (states.size() != parts) {
      throw new IllegalArgumentException(
          "the rows of a batch have %s %s, those of another %s; all rows need the same number"
              .formatted(parts, what, states.size()));
    }
  }
}
