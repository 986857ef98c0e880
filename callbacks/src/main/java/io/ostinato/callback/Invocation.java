package io.ostinato.callback;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;

/**
 * Why a periodic callback runs, and for which moment.
 *
 * @param type the type of interval that is due, or {@link IntervalType#EVAL}
 * @param counter the moment that is measured, which is not necessarily the current one
 */
public record Invocation(IntervalType type, UpdateCounter counter) implements Serializable {

  public TrainingIteration iteration() {
    return counter.current();
  }

  /** Whether it is due by the schedule, rather than requested from outside. */
  public boolean isScheduled() {
    return type != IntervalType.EVAL;
  }
}
