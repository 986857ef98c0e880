package io.ostinato.training;

import io.ostinato.callback.EvaluationsUnderWay;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.training.EvaluationThreads.Work;
import io.ostinato.training.Evaluations.OnStop;
import io.ostinato.training.Evaluations.WhenFull;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The moments of a training that are past but not complete, in their order, and when each is to be
 * completed. Not thread-safe: used by the training thread only.
 */
final class PastMoments {
  private final Evaluations config;
  private final WaitingCallbacks waiting;
  private final RunContext context;
  private final PresentTraining present;
  private final RunCheckpoints checkpoints;
  private final EvaluationThreads threads;
  private final RowsUnderWay rows = new RowsUnderWay();
  private final Deque<PastMoment> queue = new ArrayDeque<>();
  private long waitedNanos;
  private OptionalLong lastMeasured = OptionalLong.empty();

  PastMoments(
      Evaluations config,
      WaitingCallbacks waiting,
      RunContext context,
      PresentTraining present,
      RunCheckpoints checkpoints) {
    this.config = config;
    this.waiting = waiting;
    this.context = context;
    this.present = present;
    this.checkpoints = checkpoints;
    this.threads = new EvaluationThreads(config);
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** What waits for evaluations of the present moment: nothing yet. */
  MomentRest rest() {
    return new MomentRest(new LaunchedEvaluations(context.moment(), rows));
  }

  /**
   * Leaves the present moment behind: runs its evaluations beside training, if it has any, and
   * begins a new moment. Waits if too many are under way and the settings say so.
   */
  void leave(UpdateCounter now, MomentRest rest) {
    Moment moment = context.moment();
    boolean hasEvaluations = !rest.evaluations().isEmpty();
    if (!hasEvaluations && rest.hooks().isEmpty() && moment.isEmpty()) {
      context.begin();
      return;
    }
    boolean needsWeights = !rest.hooks().isEmpty() || !moment.checkpoints().isEmpty();
    TrainingView then = present.past(needsWeights);
    boolean mayRewind = config.onStop() == OnStop.REWIND && !rest.hooks().isEmpty();
    Optional<RunCheckpoints.Draft> draft =
        moment.checkpoints().hasTraining() || mayRewind
            ? Optional.of(checkpoints.draft(then::weights))
            : Optional.empty();
    moment.isPast(then, checkpoints.past(now, then, draft));
    context.begin();
    Optional<Work> work = Optional.empty();
    try {
      if (hasEvaluations) {
        String name = now.current().toString();
        work = Optional.of(timed(() -> threads.launch(rest.evaluations(), name, isBlocked())));
      }
      draft.ifPresent(kept -> write(moment, kept, mayRewind));
    } finally {
      // If the evaluations couldn't begin, they run when the moment is completed.
      queue.add(new PastMoment(now, moment, work, rest.hooks(), draft));
    }
  }

  /** Writes at once what is large, unless it is needed again. */
  private static void write(Moment moment, RunCheckpoints.Draft draft, boolean mayRewind) {
    if (moment.checkpoints().hasTraining()) {
      boolean isWritten = moment.checkpoints().begin(draft.arrays());
      if (isWritten && !mayRewind) {
        draft.forgetOptimizer();
      }
    }
  }

  /** Whether the oldest moment is to be completed before the next update. */
  boolean isDue(UpdateCounter now) {
    return !queue.isEmpty() && isDue(queue.element(), now);
  }

  /**
   * Waits for the evaluations of the oldest moment, and takes it out.
   *
   * @throws io.ostinato.evaluation.EvaluationException if this thread is interrupted
   */
  PastMoment next() {
    PastMoment oldest = queue.element();
    oldest.work().ifPresent(work -> timed(work::await));
    queue.remove();
    if (oldest.isMeasured()) {
      lastMeasured = OptionalLong.of(oldest.at().current().update());
    }
    return oldest;
  }

  private boolean isDue(PastMoment oldest, UpdateCounter now) {
    if (!oldest.isMeasured()) {
      return true;
    }
    boolean waits = config.whenFull() == WhenFull.WAIT;
    return switch (config.join().when()) {
      case NEXT -> isNextDue(now) && (waits || oldest.isReady());
      case UPDATES ->
          now.current().update() - oldest.at().current().update() >= config.join().updates();
      case AS_READY -> oldest.isReady() || waits && isNextDue(now) && isLimitReached();
    };
  }

  private boolean isNextDue(UpdateCounter now) {
    return !now.isFinished() && waiting.updatesToNext(now).orElse(0) == 1;
  }

  /** Whether evaluations of this moment would add to results that wait for a slow one. */
  private boolean isBlocked() {
    return config.join().when() != Join.When.UPDATES
        && isLimitReached()
        && !queue.element().isReady();
  }

  private boolean isLimitReached() {
    OptionalInt limit = config.limit();
    return limit.isPresent() && incomplete() >= limit.getAsInt();
  }

  /** The number of moments with evaluations that have not taken effect. */
  int incomplete() {
    return (int) queue.stream().filter(PastMoment::isMeasured).count();
  }

  /** The same number, in words. */
  String count() {
    int moments = incomplete();
    return moments == 1 ? "an earlier moment" : moments + " earlier moments";
  }

  /**
   * The number of updates after which the results of a moment take effect in a training that isn't
   * interrupted: not before now, and not after its end.
   */
  long takesEffectAt(PastMoment moment, UpdateCounter now) {
    long update = now.current().update();
    long planned =
        switch (config.join().when()) {
          case NEXT -> update + waiting.updatesToNext(now).orElse(Long.MAX_VALUE - update) - 1;
          case UPDATES -> moment.at().current().update() + config.join().updates();
          case AS_READY -> update;
        };
    return Math.max(update, Math.min(planned, now.end().update()));
  }

  /** Cancels the evaluations of all past moments, and forgets them. */
  void cancel() {
    // Newest first, so that none begins in place of one that ends.
    queue.descendingIterator().forEachRemaining(PastMoment::cancel);
    long deadline = System.nanoTime() + EvaluationThreads.GRACE.toNanos();
    queue.forEach(moment -> moment.discard(deadline));
    queue.clear();
  }

  /** How long training has waited for evaluations since the last call. */
  Duration takeWait() {
    Duration waited = Duration.ofNanos(waitedNanos);
    waitedNanos = 0;
    return waited;
  }

  EvaluationsUnderWay underWay(UpdateCounter now) {
    OptionalLong lag =
        lastMeasured.isPresent()
            ? OptionalLong.of(now.current().update() - lastMeasured.getAsLong())
            : OptionalLong.empty();
    return new EvaluationsUnderWay(incomplete(), rows.count(), lag);
  }

  private Work timed(Supplier<Work> wait) {
    long start = System.nanoTime();
    try {
      return wait.get();
    } finally {
      waitedNanos += System.nanoTime() - start;
    }
  }
}
