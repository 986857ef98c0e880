package io.ostinato.model;

import io.ostinato.libraries.EngineTurn;
import io.ostinato.torchscript.KeptState;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Controls which batches run a loaded model: all concurrently, or one at a time if the model keeps
 * state from one forward to the next. If that is unknown, the first batch that runs the model
 * determines it. Thread-safe.
 */
final class Turns {
  /** A semaphore rather than a lock, since a batch may run the model on a different thread. */
  private final Semaphore turn = new Semaphore(1);

  private final Consumer<String> notes;
  private volatile KeptState state = KeptState.UNKNOWN;
  private volatile boolean seeds;
  private boolean used;

  /**
   * Operations of a model's owner, called while a batch has the turn.
   *
   * @param model returns the model in its current state
   * @param restore restores the model to the state in which it was loaded
   * @param inspect records the state; the result, called when the batch has ended, says why later
   *     batches depend, or may depend, on this one, if they do
   */
  record Care(
      Supplier<EvaluationModel> model,
      Runnable restore,
      Supplier<Supplier<Optional<String>>> inspect) {}

  /**
   * Creates the control for a model that has not been run yet.
   *
   * @param notes receives notes for users
   */
  Turns(Consumer<String> notes) {
    this.notes = notes;
  }

  /** Records that the model was loaded. No batch may be running it. */
  void loaded(KeptState known) {
    loaded(known, false);
  }

  /**
   * Records that the model was loaded. No batch may be running it.
   *
   * @param setsGenerator whether its forward sets PyTorch's random number generator: its batches
   *     then run alone in this process
   */
  void loaded(KeptState known, boolean setsGenerator) {
    turn.acquireUninterruptibly();
    try {
      state = known;
      seeds = setsGenerator;
      used = false;
    } finally {
      turn.release();
    }
  }

  KeptState state() {
    return state;
  }

  /**
   * Runs one batch, when it is its turn to use the engine. It waits for its turn at the model when
   * it first runs the model, and keeps both turns until it ends.
   *
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  void run(Care care, Consumer<EvaluationModel> batch) throws InterruptedException {
    try (EngineTurn turnAtEngine = seeds ? EngineTurn.toEvaluateAlone() : EngineTurn.toEvaluate()) {
      runInTurn(care, batch);
    }
  }

  private void runInTurn(Care care, Consumer<EvaluationModel> batch) throws InterruptedException {
    if (state == KeptState.NONE) {
      batch.accept(care.model().get());
      return;
    }
    TurnOfBatch own = new TurnOfBatch(this, care);
    try {
      batch.accept(own);
      own.succeeded();
    } catch (RuntimeException | Error e) {
      own.rethrowIfInterrupted(e);
      throw e;
    } finally {
      own.close();
    }
  }

  void acquire() throws InterruptedException {
    turn.acquire();
  }

  void release() {
    turn.release();
  }

  /**
   * Prepares the model for the batch that has the turn.
   *
   * @return the findings, to be called when the batch has ended
   */
  Supplier<Optional<String>> begin(Care care) {
    boolean fromLoaded = state == KeptState.UNKNOWN || state == KeptState.ACCUMULATED;
    if (used && fromLoaded) {
      care.restore().run();
    }
    used = true;
    return state == KeptState.UNKNOWN ? care.inspect().get() : Optional::empty;
  }

  /** Records the findings of the first batch that ran the model, which still has the turn. */
  void found(Optional<String> dependence) {
    if (state == KeptState.UNKNOWN) {
      dependence.ifPresent(notes);
      state = dependence.isPresent() ? KeptState.ACCUMULATED : KeptState.NONE;
    }
  }

  /** The note for users about a model that keeps state. */
  static String note(KeptState state, String what) {
    return state == KeptState.ACCUMULATED
        ? "the model's forward changes its state (%s), so later batches would depend on"
                .formatted(what)
            + " earlier ones: one batch runs at a time, each on the model as it was loaded"
        : "the model's forward keeps state in the model (%s): one batch runs at a time"
            .formatted(what);
  }

  /** The note for users about a model with state that can't be compared. */
  static String noteOfUnseen(String what) {
    return "the model has state that can't be compared (%s), so later batches may depend on earlier"
            .formatted(what)
        + " ones: one batch runs at a time, each on the model as it was loaded";
  }
}
