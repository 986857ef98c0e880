package io.ostinato.jobs.modelfile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a training needs beside its model to go on, told by the keys that PyTorch gives it. */
enum TrainingState {
  OPTIMIZER("an optimizer's state", "state", "param_groups"),
  SCHEDULER("a learning rate scheduler's state", "last_epoch", "_step_count"),
  SCALER("a gradient scaler's state", "scale", "growth_factor"),
  RANDOM_NUMBERS("the state of random number generators", "python", "numpy", "cpu");

  private final String words;
  private final List<String> keys;

  TrainingState(String words, String... keys) {
    this.words = words;
    this.keys = List.of(keys);
  }

  /** That of a value, which may be an object that has been pickled. */
  static Optional<TrainingState> of(Pickled value) {
    return Arrays.stream(values())
        .filter(state -> state.isIn(value.entries().keySet(), value.attributes().keySet()))
        .findFirst();
  }

  private boolean isIn(Set<String> entries, Set<String> attributes) {
    return entries.containsAll(keys) || attributes.containsAll(keys);
  }

  /** As in {@code an optimizer's state}. */
  String words() {
    return words;
  }
}
