package io.ostinato.training;

import io.ostinato.callback.Callback;
import java.util.List;

/**
 * Something that keeps a training from starting.
 *
 * @param message what is wrong, and what helps
 * @param callbacks that it is about, in the order of registration; the last one is at fault where
 *     the others would do alone. None for a mistake of the training itself
 */
public record TrainingMistake(String message, List<Callback> callbacks) {
  public TrainingMistake {
    callbacks = List.copyOf(callbacks);
  }

  static TrainingMistake of(String message, Callback... callbacks) {
    return new TrainingMistake(message, List.of(callbacks));
  }

  @Override
  public String toString() {
    return message;
  }
}
