package io.ostinato.callback;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;

/**
 * Why a periodic callback runs, and for which moment: the one that is measured, which need not be
 * the present one.
 */
public record Invocation(IntervalType type, UpdateCounter counter) implements Serializable {

  public TrainingIteration iteration() {
    return counter.current();
  }

  /** Whether the schedule asked for it, and not someone from outside. */
  public boolean isScheduled() {
    return type != IntervalType.EVAL;
  }
}
