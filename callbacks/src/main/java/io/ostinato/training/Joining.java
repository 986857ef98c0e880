package io.ostinato.training;

import io.ostinato.schedule.UpdateCounter;
import io.ostinato.training.Evaluations.OnStop;
import io.ostinato.training.RunCheckpoints.Draft;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes the past moments of a training when their results take effect: between two updates, in
 * the order of the moments. Not thread-safe: used by the training thread only.
 */
final class Joining {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingMoments moments;
  private final PastMoments past;
  private final RunContext context;
  private final OptimizerState optimizer;
  private final LaterChanges changes;
  private final OnStop onStop;
  private final Consumer<Draft> rewind;
  private boolean isRewound;
  private boolean isCancelled;

  /**
   * Creates the joining of a training.
   *
   * @param rewind goes back to a past moment
   */
  Joining(
      TrainingMoments moments,
      PastMoments past,
      RunContext context,
      OptimizerState optimizer,
      LaterChanges changes,
      OnStop onStop,
      Consumer<Draft> rewind) {
    this.moments = moments;
    this.past = past;
    this.context = context;
    this.optimizer = optimizer;
    this.changes = changes;
    this.onStop = onStop;
    this.rewind = rewind;
  }

  /** Completes the moments that are due after an update; waits for their evaluations. */
  void afterUpdate(UpdateCounter now) {
    applyChanges(now);
    while (past.isDue(now)) {
      complete(past.next(), now, now.current().update(), false);
    }
    if (past.isEmpty()) {
      changes.forgetMade();
    }
    context.isUnderWay(past.underWay(now));
  }

  /** Makes the changes of moments before the checkpoint that this training has resumed from. */
  void applyChanges(UpdateCounter now) {
    for (LaterChanges.Change change : changes.makeAt(now.current().update())) {
      optimizer.repeatRate(change.rate());
      if (change.stop() != null) {
        context.stop(change.stop());
      }
    }
  }

  /**
   * Completes all past moments at the end of a training. One that fails doesn't prevent the others.
   */
  void drain(UpdateCounter now) {
    tellOfWaiting(now);
    FirstFailure failures = new FirstFailure();
    completeWhile(
        () -> !past.isEmpty(),
        moment -> complete(moment, now, now.current().update(), false),
        failures);
    throwFirst(failures, now);
  }

  /**
   * Completes all past moments of a training that is to be resumed: changes of the training that
   * would take effect later do so when it has been resumed.
   */
  void drainForResuming(UpdateCounter now) {
    tellOfWaiting(now);
    FirstFailure failures = new FirstFailure();
    completeWhile(
        () -> past.isDue(now),
        moment -> complete(moment, now, now.current().update(), false),
        failures);
    Map<String, String> rate = optimizer.saveRate();
    boolean wasStopped = context.stopReason().isPresent();
    completeWhile(
        () -> !past.isEmpty(),
        moment -> complete(moment, now, past.takesEffectAt(moment, now), true),
        failures);
    if (!isRewound) {
      optimizer.restoreRate(rate);
      if (!wasStopped) {
        context.withdrawStop();
      }
    }
    throwFirst(failures, now);
  }

  private static void throwFirst(FirstFailure failures, UpdateCounter now) {
    Optional<Throwable> first = failures.take();
    if (first.isPresent()) {
      throw TrainingMoments.thrown(first.get(), now);
    }
  }

  private void tellOfWaiting(UpdateCounter now) {
    if (past.incomplete() > 0) {
      log.info("training waits at {} for the evaluations of {}", now.current(), past.count());
    }
  }

  private void completeWhile(
      BooleanSupplier condition, Consumer<PastMoment> complete, FirstFailure failures) {
    while (condition.getAsBoolean()) {
      if (Thread.currentThread().isInterrupted()) {
        cancel("training was interrupted");
        return;
      }
      try {
        complete.accept(past.next());
      } catch (RuntimeException | Error e) {
        failures.add(e);
      }
    }
  }

  /** Cancels the evaluations of past moments, and discards what belongs to these moments. */
  void cancel(String reason) {
    if (!past.isEmpty()) {
      log.info("the evaluations of {} are cancelled: {}", past.count(), reason);
      past.cancel();
      isCancelled = true;
    }
  }

  /** Whether moments were discarded, so that a checkpoint of a later one would lack them. */
  boolean isCancelled() {
    return isCancelled;
  }

  /**
   * Completes a moment.
   *
   * @param isPlanned whether what it changes is to be made when the training has been resumed
   */
  private void complete(
      PastMoment moment, UpdateCounter now, long takesEffectAt, boolean isPlanned) {
    Optional<String> stop = context.stopReason();
    optimizer.startRecordingRate();
    try {
      moments.complete(
          moment,
          takesEffectAt - moment.at().current().update(),
          () -> remember(takesEffectAt, stop, isPlanned));
      boolean isStopped = stop.isEmpty() && context.stopReason().isPresent();
      boolean isPast = !moment.at().equals(now);
      if (isStopped && isPast && onStop == OnStop.REWIND) {
        rewind(moment);
      }
    } finally {
      optimizer.stopRecordingRate();
      moment.moment().close();
    }
  }

  /** Remembers for checkpoints how callbacks have changed the training at a past moment. */
  private void remember(long takesEffectAt, Optional<String> stopBefore, boolean isPlanned) {
    boolean canStop = stopBefore.isEmpty() && onStop == OnStop.KEEP;
    String stop = canStop ? context.stopReason().orElse(null) : null;
    LaterChanges.Change change =
        new LaterChanges.Change(takesEffectAt, optimizer.stopRecordingRate(), stop);
    if (isPlanned) {
      changes.addPlanned(change);
    } else {
      changes.addMade(change);
    }
  }

  private void rewind(PastMoment moment) {
    cancel("training ends as it was at " + moment.at().current());
    Draft draft =
        moment
            .draft()
            .orElseThrow(
                () -> new IllegalStateException("the training at this moment was not kept"));
    rewind.accept(draft);
    isRewound = true;
    isCancelled = false;
  }
}
