package io.ostinato.training;

import java.util.HashSet;
import java.util.Set;

/**
 * An entry in the list of trainings that run in this process, until closed. A {@link TrainingLoop}
 * takes turns with others. {@code EasyTrain.fit} can't, since DJL makes its updates, so it runs
 * without another training on a different thread. Thread-safe.
 */
final class RunningTrainings implements AutoCloseable {
  private static final Set<RunningTrainings> ALL = new HashSet<>();

  private final Thread thread = Thread.currentThread();
  private final boolean takesTurns;

  private RunningTrainings(boolean takesTurns) {
    this.takesTurns = takesTurns;
  }

  /**
   * Enters a training that takes turns.
   *
   * @throws IllegalStateException if one that can't runs on another thread
   */
  static RunningTrainings enterLoop() {
    return new RunningTrainings(true).enter();
  }

  /**
   * Enters a training that can't take turns.
   *
   * @throws IllegalStateException if any training runs on another thread
   */
  static RunningTrainings enterFit() {
    return new RunningTrainings(false).enter();
  }

  @Override
  public void close() {
    synchronized (ALL) {
      ALL.remove(this);
    }
  }

  private RunningTrainings enter() {
    synchronized (ALL) {
      ALL.removeIf(other -> !other.thread.isAlive()); // its trainer was never closed
      ALL.stream().filter(this::excludes).findAny().ifPresent(RunningTrainings::refuse);
      ALL.add(this);
    }
    return this;
  }

  private boolean excludes(RunningTrainings other) {
    return other.thread != thread && !(takesTurns && other.takesTurns);
  }

  private static void refuse(RunningTrainings other) {
    throw new IllegalStateException(
        ("EasyTrain.fit can't share random numbers and gradients with another training, and one"
                + " runs on thread '%s' of this process; wait for its end, closing its trainer, or"
                + " use a TrainingLoop for both")
            .formatted(other.thread.getName()));
  }
}
