package io.ostinato.jobs.modelfile;

import io.ostinato.pickle.Pickled;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** State that a training needs to resume in addition to its model, recognised by PyTorch's keys. */
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

  /** The training state that a value is, either a dict or a pickled object; empty if it is none. */
  static Optional<TrainingState> of(Pickled value) {
    return Arrays.stream(values())
        .filter(state -> state.isIn(value.entries().keySet(), value.attributes().keySet()))
        .findFirst();
  }

  private boolean isIn(Set<String> entries, Set<String> attributes) {
    return entries.containsAll(keys) || attributes.containsAll(keys);
  }

  /** A description, such as {@code an optimizer's state}. */
  String words() {
    return words;
  }
}
