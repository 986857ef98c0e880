package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.describe.Mistake;
import java.util.List;

/**
 * Something that keeps a training from starting, and the callbacks that it is about: their names,
 * which the mistake's subject has, need not tell them apart.
 *
 * @param mistake what is wrong, about what, and what helps
 * @param callbacks that it is about, in the order of registration; the last one is at fault where
 *     the others would do alone, and is the mistake's subject. None for a mistake of the training
 *     itself
 */
public record TrainingMistake(Mistake mistake, List<Callback> callbacks) {
  public TrainingMistake {
    callbacks = List.copyOf(callbacks);
  }

  static TrainingMistake of(Mistake mistake, Callback... callbacks) {
    return new TrainingMistake(mistake, List.of(callbacks));
  }

  /** The mistake in one sentence. */
  @Override
  public String toString() {
    return mistake.text();
  }
}
