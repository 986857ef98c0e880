package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.MissingMetricException;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.UpdateCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the callbacks at each moment. A callback whose evaluation fails ends there; if its policy
 * lets training continue, that counts as no failure, and callbacks that require its metrics end
 * where they read them. A callback that fails doesn't prevent the other callbacks of the moment
 * from running, nor its metrics from being written; then the first exception is thrown, with the
 * others suppressed. No checkpoint to resume from is saved at such a moment, since a callback may
 * have missed it.
 */
final class TrainingMoments {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final List<Callback> callbacks;
  private final List<List<Callback>> groups;
  private final Consumer<UpdateCounter> flush;
  private final PendingCheckpoints checkpoints;
  private final SharedEvaluations evaluations;
  private @Nullable Throwable failure;

  /**
   * Creates the moments of a training.
   *
   * @param callbacks the callbacks, in the order of registration
   * @param flush writes the metrics of a moment
   * @param checkpoints the checkpoints that callbacks request at a moment
   * @param evaluations plans the evaluations that a hook will request
   */
  TrainingMoments(
      List<Callback> callbacks,
      Consumer<UpdateCounter> flush,
      PendingCheckpoints checkpoints,
      SharedEvaluations evaluations) {
    this.callbacks = List.copyOf(callbacks);
    this.groups = CallbackOrder.of(callbacks);
    this.flush = flush;
    this.checkpoints = checkpoints;
    this.evaluations = evaluations;
  }

  void beforeTraining(UpdateCounter start) {
    callAll(callbacks, callback -> callback.beforeTraining(start));
    end(start);
  }

  void afterAccumulationStep(AccumulationStep step) {
    callAll(callbacks, callback -> callback.trackAfterAccumulationStep(step));
  }

  /**
   * The exception to throw when an update has failed: the first exception of a callback during the
   * update, if any, with the others suppressed.
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
      callAll(
          group,
          callback -> callback.afterUpdate(now),
          periodic -> periodic.invocationAfterUpdate(now));
      if (now.isFullEpoch()) {
        callAll(
            group,
            callback -> callback.afterEpoch(now),
            periodic -> periodic.invocationAfterEpoch(now));
      }
    }
    end(now);
  }

  void atEval(UpdateCounter now) {
    Optional<Invocation> asked = Optional.of(new Invocation(IntervalType.EVAL, now));
    groups.forEach(group -> callAll(group, callback -> callback.atEval(now), periodic -> asked));
    end(now);
  }

  void afterTraining(UpdateCounter end) {
    groups.forEach(group -> callAll(group, callback -> callback.afterTraining(end)));
    end(end);
  }

  /**
   * Calls a hook of callbacks, some of which may evaluate.
   *
   * @param invocations the invocation of a callback in this hook, if it is due
   */
  private void callAll(
      List<Callback> some,
      Consumer<Callback> hook,
      Function<PeriodicCallback, Optional<Invocation>> invocations) {
    List<CallbackEvaluation> planned = new ArrayList<>();
    for (Callback callback : some) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        // A callback whose plan fails fails again when it is called.
        attemptQuietly(
            () -> invocations.apply(evaluating).map(evaluating::plan).ifPresent(planned::add));
      }
    }
    evaluations.plan(planned);
    callAll(some, hook);
    evaluations.clear();
  }

  private static void attemptQuietly(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      log.debug("an evaluation can't be planned", e);
    }
  }

  private void callAll(List<Callback> some, Consumer<Callback> hook) {
    some.forEach(callback -> attempt(() -> hook.accept(callback)));
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (ToleratedFailure e) {
      log.debug("a callback ends without its evaluation, which was logged", e);
    } catch (MissingMetricException e) {
      log.info("{}", e.getMessage());
    } catch (Throwable e) { // including undeclared checked exceptions of Spark
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
   * The unchecked exception to throw for a failure: the failure itself, or an exception with the
   * failure as its cause. Throws errors directly.
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
