package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.describe.Mistake;
import java.util.List;

/**
 * A mistake that prevents a training from starting, and the callbacks that it is about, which the
 * name in the mistake's subject doesn't necessarily identify.
 *
 * @param mistake the subject, the problem and the remedy
 * @param callbacks the callbacks that it is about, in the order of registration. The last one is
 *     the mistake's subject: without it, the others would be valid. Empty for a mistake of the
 *     training itself
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
