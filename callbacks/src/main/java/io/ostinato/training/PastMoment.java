package io.ostinato.training;

import io.ostinato.schedule.UpdateCounter;
import io.ostinato.training.EvaluationThreads.Work;
import java.util.List;
import java.util.Optional;

/**
 * A moment whose evaluations run beside training, or that follows such a moment and has something
 * to write.
 *
 * @param at the moment
 * @param moment what belongs to it
 * @param work its evaluations; empty if it has none
 * @param rest calls the callbacks that wait for evaluations, in their order
 * @param draft what is needed to resume from this moment, if that may be wanted
 */
record PastMoment(
    UpdateCounter at,
    Moment moment,
    Optional<Work> work,
    List<Runnable> rest,
    Optional<RunCheckpoints.Draft> draft) {

  /** Whether it has no evaluations, or they have ended. */
  boolean isReady() {
    return work.isEmpty() || work.get().hasEnded();
  }

  /** Whether it has evaluations that were not left out. */
  boolean isMeasured() {
    return work.isPresent() && !work.get().isLeftOut();
  }

  /** Cancels the evaluations. */
  void cancel() {
    work.ifPresent(Work::cancel);
  }

  /**
   * Discards what belongs to this moment once its evaluations, which were cancelled, have ended.
   */
  void discard(long deadlineNanos) {
    work.ifPresent(cancelled -> cancelled.awaitCancelled(deadlineNanos));
    moment.close();
  }
}
