package io.ostinato.model;

import io.ostinato.torchscript.KeptState;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The model for one batch, which waits for its turn when it first runs the model. A batch that
 * never does waits for nobody, and says nothing of what the model keeps.
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

  /** The batch is over; what it has changed tells what the model keeps. */
  synchronized void succeeded() {
    if (model != null && holdsTurn) {
      turns.found(findings.get());
    }
  }

  /**
   * What an interrupted wait has led to is that interruption.
   *
   * @throws InterruptedException if this thread was interrupted while it waited
   */
  synchronized void rethrowIfInterrupted(Throwable failure) throws InterruptedException {
    if (interrupted != null) {
      interrupted.addSuppressed(failure);
      throw interrupted;
    }
  }

  /** Gives the turn to the next. */
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
      throw new IllegalStateException("interrupted while it waited for the model", e);
    }
    holdsTurn = true;
    if (turns.state() == KeptState.NONE) { // found out by the batch that had it before
      close();
    }
  }
}
