package io.ostinato.evaluation;

import io.ostinato.torchscript.KeptState;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Who may run a loaded model: everybody at once, or one batch at a time where it keeps something
 * from one forward to the next. Whether it does is found out in its first batch where nothing said
 * so. Thread-safe.
 */
final class Turns {
  private final ReentrantLock turn = new ReentrantLock();
  private final Consumer<String> notes;
  private volatile KeptState state = KeptState.UNKNOWN;
  private boolean used;

  /**
   * What the owner of a model can do with it while it has the turn.
   *
   * @param restore brings the model back to what it was when it was loaded
   * @param inspect begins to watch what changes; what it gives says, once a batch is over, what has
   */
  record Care(Runnable restore, Supplier<Supplier<Optional<String>>> inspect) {}

  /**
   * Nobody has run the model yet.
   *
   * @param notes hears what a user should know
   */
  Turns(Consumer<String> notes) {
    this.notes = notes;
  }

  /** The model was loaded; nobody runs it now. */
  void loaded(KeptState known) {
    turn.lock();
    try {
      state = known;
      used = false;
    } finally {
      turn.unlock();
    }
  }

  KeptState state() {
    return state;
  }

  /** Runs one batch when it is its turn. */
  void run(Care care, Runnable batch) throws InterruptedException {
    if (state == KeptState.NONE) {
      batch.run();
      return;
    }
    turn.lockInterruptibly();
    try {
      switch (state) {
        case UNKNOWN -> inspected(care, batch);
        case ACCUMULATED -> restored(care, batch);
        case OVERWRITTEN, NONE -> batch.run();
      }
    } finally {
      turn.unlock();
    }
  }

  private void restored(Care care, Runnable batch) {
    if (used) {
      care.restore().run();
    }
    used = true;
    batch.run();
  }

  private void inspected(Care care, Runnable batch) {
    Supplier<Optional<String>> changes = care.inspect().get();
    used = true;
    batch.run();
    Optional<String> changed = changes.get();
    state = changed.isPresent() ? KeptState.ACCUMULATED : KeptState.NONE;
    changed.ifPresent(what -> notes.accept(note(KeptState.ACCUMULATED, what)));
  }

  /** What a user should know of a model that keeps something. */
  static String note(KeptState state, String what) {
    return state == KeptState.ACCUMULATED
        ? "the model's forward changes what it keeps (%s), so that later batches would depend on"
                .formatted(what)
            + " earlier ones: one batch runs at a time, each on the model as it was loaded"
        : "the model's forward keeps something in the model (%s): one batch runs at a time"
            .formatted(what);
  }
}
