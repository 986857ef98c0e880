package io.ostinato.callback;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A callback that runs on a schedule: at most once per iteration, with the first type that is due
 * of EPOCH, UPDATE and SAMPLE; and with EVAL whenever an evaluation is requested.
 */
public abstract class PeriodicCallback extends Callback {
  private static final long serialVersionUID = 1;

  private final Schedule schedule;

  protected PeriodicCallback(Schedule schedule) {
    this.schedule = schedule;
  }

  protected PeriodicCallback(String name, Schedule schedule) {
    super(name);
    this.schedule = schedule;
  }

  /** Called when this callback is due. */
  protected abstract void periodicCallback(Invocation at);

  public final Schedule schedule() {
    return schedule;
  }

  /** See {@link Schedule#updatesPerInterval}. */
  public final long updatesPerInterval(UpdateCounter counter) {
    return schedule.updatesPerInterval(counter);
  }

  /** See {@link Schedule#updatesTillNextInvocation}. */
  public final OptionalLong updatesTillNextInvocation(UpdateCounter counter) {
    return schedule.updatesTillNextInvocation(counter);
  }

  /** The invocation in {@link #afterUpdate} at this moment, if it is due there. */
  public final Optional<Invocation> invocationAfterUpdate(UpdateCounter at) {
    return invocation(at).filter(due -> due.type() != IntervalType.EPOCH);
  }

  /** The invocation in {@link #afterEpoch} at this moment, if it is due there. */
  public final Optional<Invocation> invocationAfterEpoch(UpdateCounter at) {
    return invocation(at).filter(due -> due.type() == IntervalType.EPOCH);
  }

  @Override
  public final void afterUpdate(UpdateCounter at) {
    invocationAfterUpdate(at).ifPresent(this::periodicCallback);
  }

  @Override
  public final void afterEpoch(UpdateCounter at) {
    invocationAfterEpoch(at).ifPresent(this::periodicCallback);
  }

  @Override
  public final void atEval(UpdateCounter at) {
    periodicCallback(new Invocation(IntervalType.EVAL, at));
  }

  private Optional<Invocation> invocation(UpdateCounter at) {
    return schedule.dueAt(at).map(type -> new Invocation(type, at));
  }
}
