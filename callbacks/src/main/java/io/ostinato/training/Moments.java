package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.schedule.UpdateCounter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The moments at which callbacks are called. One that fails doesn't keep the others of the moment
 * from running, nor its metrics from being written; then its exception is thrown, with those of the
 * others suppressed. What training could go on from at such a moment is not kept: a callback may
 * have missed it.
 */
final class Moments {
  private final List<Callback> callbacks;
  private final List<List<Callback>> groups;
  private final Consumer<UpdateCounter> flush;
  private final PendingCheckpoints checkpoints;
  private @Nullable Throwable failure;

  /**
   * The moments of a training.
   *
   * @param flush writes the metrics of a moment
   * @param checkpoints what callbacks ask to be kept of a moment
   */
  Moments(List<Callback> callbacks, Consumer<UpdateCounter> flush, PendingCheckpoints checkpoints) {
    this.callbacks = List.copyOf(callbacks);
    this.groups = CallbackOrder.of(callbacks);
    this.flush = flush;
    this.checkpoints = checkpoints;
  }

  void beforeTraining(UpdateCounter start) {
    callAll(callbacks, callback -> callback.beforeTraining(start));
    end(start);
  }

  void afterAccumulationStep(AccumulationStep step) {
    callAll(callbacks, callback -> callback.trackAfterAccumulationStep(step));
  }

  /**
   * What is to be thrown when an update has failed: what a callback threw during it comes first,
   * with the others suppressed.
   */
  Throwable failureOf(Throwable updateFailed) {
    keep(updateFailed);
    Throwable first = failure;
    failure = null;
    return first == null ? updateFailed : first;
  }

  void afterUpdate(UpdateCounter now) {
    callAll(callbacks, callback -> callback.trackAfterUpdateStep(now));
    for (List<Callback> group : groups) {
      callAll(group, callback -> callback.afterUpdate(now));
      if (now.isFullEpoch()) {
        callAll(group, callback -> callback.afterEpoch(now));
      }
    }
    end(now);
  }

  void atEval(UpdateCounter now) {
    groups.forEach(group -> callAll(group, callback -> callback.atEval(now)));
    end(now);
  }

  void afterTraining(UpdateCounter end) {
    groups.forEach(group -> callAll(group, callback -> callback.afterTraining(end)));
    end(end);
  }

  private void callAll(List<Callback> some, Consumer<Callback> hook) {
    some.forEach(callback -> attempt(() -> hook.accept(callback)));
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (Throwable e) { // also what Spark throws without declaring it
      keep(e);
    }
  }

  private void keep(Throwable e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e) {
      failure.addSuppressed(e);
    }
  }

  private void end(UpdateCounter at) {
    attempt(() -> flush.accept(at));
    if (failure != null) {
      checkpoints.dropTrainings();
    }
    attempt(checkpoints::write);
    Throwable first = failure;
    failure = null;
    if (first != null) {
      throw thrown(first, at);
    }
  }

  /**
   * What can be thrown for a failure: itself, or what has it as its cause. Throws errors itself.
   */
  static RuntimeException thrown(Throwable first, UpdateCounter at) {
    if (first instanceof Error error) {
      throw error;
    }
    return first instanceof RuntimeException exception
        ? exception
        : new IllegalStateException("a callback failed at %s".formatted(at.current()), first);
  }
}
