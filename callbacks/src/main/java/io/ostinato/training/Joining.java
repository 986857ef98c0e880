package io.ostinato.training;

import io.ostinato.schedule.UpdateCounter;
import io.ostinato.training.Evaluations.OnStop;
import io.ostinato.training.RunCheckpoints.Draft;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
      complete(past.next(), now);
    }
    if (past.isEmpty()) {
      changes.forgetUpTo(now.current().update());
    }
    context.isUnderWay(past.underWay(now));
  }

  /** Makes the changes of moments before the checkpoint that this training has resumed from. */
  void applyChanges(UpdateCounter now) {
    changes.at(now.current().update()).forEach(this::apply);
  }

  private void apply(LaterChanges.Change change) {
    Map<String, String> rate = change.rate();
    if (rate != null) {
      optimizer.restoreRate(rate);
    }
    if (change.stop() != null) {
      context.stop(change.stop());
    }
  }

  /**
   * Completes all past moments, at the end of a training or after a failure. One that fails doesn't
   * prevent the others.
   */
  void drain(UpdateCounter now) {
    throwFirst(drain(now, null), now);
  }

  private @Nullable Throwable drain(UpdateCounter now, @Nullable Throwable before) {
    if (past.isEmpty()) {
      return before;
    }
    log.info(
        "training waits at {} for the evaluations of {} earlier moments",
        now.current(),
        past.size());
    Throwable first = before;
    while (!past.isEmpty()) {
      if (Thread.currentThread().isInterrupted()) {
        cancel("training was interrupted");
      } else {
        first = completeNext(now, first);
      }
    }
    return first;
  }

  private @Nullable Throwable completeNext(UpdateCounter now, @Nullable Throwable first) {
    try {
      complete(past.next(), now);
      return first;
    } catch (RuntimeException | Error e) {
      if (first == null) {
        return e;
      }
      if (first != e) {
        first.addSuppressed(e);
      }
      return first;
    }
  }

  /**
   * Completes all past moments of a training that is to be resumed: changes of the training that
   * would take effect later do so when it has been resumed.
   */
  void drainForResuming(UpdateCounter now) {
    Throwable first = null;
    while (past.isDue(now)) {
      first = completeNext(now, first);
    }
    Map<String, String> rate = optimizer.saveRate();
    boolean wasStopped = context.stopReason().isPresent();
    first = drain(now, first);
    optimizer.restoreRate(rate);
    if (!wasStopped && onStop == OnStop.KEEP) {
      context.withdrawStop();
    }
    throwFirst(first, now);
  }

  private static void throwFirst(@Nullable Throwable first, UpdateCounter now) {
    if (first != null) {
      throw TrainingMoments.thrown(first, now);
    }
  }

  /** Cancels the evaluations of past moments, and discards what belongs to these moments. */
  void cancel(String reason) {
    if (!past.isEmpty()) {
      log.info("the evaluations of {} earlier moments are cancelled: {}", past.size(), reason);
      past.cancel();
    }
  }

  private void complete(PastMoment moment, UpdateCounter now) {
    long takesEffectAt = past.takesEffectAt(moment, now);
    Map<String, String> rate = optimizer.saveRate();
    Optional<String> stop = context.stopReason();
    moments.complete(
        moment,
        takesEffectAt - moment.at().current().update(),
        () -> remember(takesEffectAt, rate, stop));
    boolean isStopped = stop.isEmpty() && context.stopReason().isPresent();
    boolean isPast = !moment.at().equals(now);
    if (isStopped && isPast && onStop == OnStop.REWIND) {
      rewind(moment);
    }
  }

  private void remember(long takesEffectAt, Map<String, String> rate, Optional<String> stop) {
    Map<String, String> newRate = optimizer.saveRate();
    boolean isStopped = stop.isEmpty() && onStop == OnStop.KEEP;
    String newStop = isStopped ? context.stopReason().orElse(null) : null;
    if (!newRate.equals(rate) || newStop != null) {
      changes.add(
          new LaterChanges.Change(takesEffectAt, newRate.equals(rate) ? null : newRate, newStop));
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
  }
}
