package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.describe.Mistake;
import java.util.ArrayList;
import java.util.List;

/** Collects all mistakes that prevent a training from starting, to report them together. */
final class TrainingMistakes {
  private final List<TrainingMistake> found = new ArrayList<>();

  /** Adds a mistake about the training itself, or about these callbacks. */
  void add(Mistake mistake, Callback... callbacks) {
    found.add(TrainingMistake.of(mistake, callbacks));
  }

  void addAll(List<TrainingMistake> more) {
    found.addAll(more);
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  List<TrainingMistake> all() {
    return List.copyOf(found);
  }
}
