package io.ostinato.model;

import io.ostinato.torchscript.KeptState;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The model for one batch, which waits for its turn when it first runs the model. A batch that
 * never runs it doesn't wait, and reveals nothing about the state that the model keeps.
 */
final class TurnOfBatch extends DelegatingModel implements AutoCloseable {
  private final Turns turns;
  private final Turns.Care care;
  private @Nullable EvaluationModel model;
  private Supplier<Optional<String>> findings = Optional::empty;
  private boolean holdsTurn;
  private @Nullable InterruptedException interrupted;

  TurnOfBatch(Turns turns, Turns.Care care) {
    this.turns = turns;
    this.care = care;
  }

  /** Ends the batch; its changes show what the model keeps. */
  synchronized void succeeded() {
    if (model != null && holdsTurn) {
      turns.found(findings.get());
    }
  }

  /**
   * Replaces a failure caused by an interrupted wait with the interruption itself.
   *
   * @throws InterruptedException if this thread was interrupted while it waited
   */
  synchronized void rethrowIfInterrupted(Throwable failure) throws InterruptedException {
    if (interrupted != null) {
      interrupted.addSuppressed(failure);
      throw interrupted;
    }
  }

  /** Releases the turn. */
  @Override
  public synchronized void close() {
    if (holdsTurn) {
      holdsTurn = false;
      turns.release();
    }
  }

  @Override
  synchronized EvaluationModel model() {
    EvaluationModel mine = model;
    if (mine == null) {
      await();
      if (holdsTurn) {
        findings = turns.begin(care);
      }
      mine = care.model().get();
      model = mine;
    }
    return mine;
  }

  private void await() {
    if (holdsTurn) {
      return;
    }
    try {
      turns.acquire();
    } catch (InterruptedException e) {
      interrupted = e;
      throw new IllegalStateException("interrupted while waiting for the model", e);
    }
    holdsTurn = true;
    if (turns.state() == KeptState.NONE) { // determined by the previous batch
      close();
    }
  }
}
