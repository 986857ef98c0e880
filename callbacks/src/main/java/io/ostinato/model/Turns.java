package io.ostinato.model;

import io.ostinato.torchscript.KeptState;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Who may run a loaded model: everybody at once, or one batch at a time where it keeps something
 * from one forward to the next. Whether it does is found out in the first batch that runs it, where
 * nothing said so. Thread-safe.
 */
final class Turns {
  /** Of all models that set PyTorch's generator of random numbers: it is one for the process. */
  private static final Semaphore GENERATOR = new Semaphore(1);

  /** Not a lock, since a batch may run the model on another thread than its own. */
  private final Semaphore turn = new Semaphore(1);

  private final Consumer<String> notes;
  private volatile KeptState state = KeptState.UNKNOWN;
  private volatile boolean seeds;
  private boolean used;
  private boolean holdsGenerator;

  /**
   * What the owner of a model can do with it while it has the turn.
   *
   * @param model as it is now
   * @param restore brings the model back to what it was when it was loaded
   * @param inspect begins to watch what changes; what it gives says, once a batch is over, why
   *     later batches would or may depend on it, if they do
   */
  record Care(
      Supplier<EvaluationModel> model,
      Runnable restore,
      Supplier<Supplier<Optional<String>>> inspect) {}

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
    loaded(known, false);
  }

  /**
   * The model was loaded; nobody runs it now.
   *
   * @param setsGenerator whether its forward sets PyTorch's generator of random numbers: then it
   *     runs at no time at which another one does that
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
   * Runs one batch. It waits for its turn when it first runs the model, and has it until it ends.
   *
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  void run(Care care, Consumer<EvaluationModel> batch) throws InterruptedException {
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
    if (seeds) {
      try {
        GENERATOR.acquire();
      } catch (InterruptedException e) {
        turn.release();
        throw e;
      }
      holdsGenerator = true;
    }
  }

  void release() {
    if (holdsGenerator) {
      holdsGenerator = false;
      GENERATOR.release();
    }
    turn.release();
  }

  /**
   * Makes the model what the batch that has the turn should find.
   *
   * @return what to ask once the batch is over
   */
  Supplier<Optional<String>> begin(Care care) {
    boolean fromLoaded = state == KeptState.UNKNOWN || state == KeptState.ACCUMULATED;
    if (used && fromLoaded) {
      care.restore().run();
    }
    used = true;
    return state == KeptState.UNKNOWN ? care.inspect().get() : Optional::empty;
  }

  /** The first batch that ran the model is over, and it still has the turn. */
  void found(Optional<String> dependence) {
    if (state == KeptState.UNKNOWN) {
      dependence.ifPresent(notes);
      state = dependence.isPresent() ? KeptState.ACCUMULATED : KeptState.NONE;
    }
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

  /** What a user should know of a model of which not all can be compared. */
  static String noteOfUnseen(String what) {
    return "the model has what can't be compared (%s), so that later batches may depend on earlier"
            .formatted(what)
        + " ones: one batch runs at a time, each on the model as it was loaded";
  }
}
