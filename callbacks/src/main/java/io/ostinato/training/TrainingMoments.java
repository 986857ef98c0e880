package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.MissingMetricException;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.UpdateCounter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the callbacks at each moment. A callback whose evaluation fails ends there; if its policy
 * lets training continue, that counts as no failure, and callbacks that require its metrics end
 * where they read them. A callback that fails doesn't prevent the other callbacks of the moment
 * from running, nor its metrics from being written; then the first exception is thrown, with the
 * others suppressed. No checkpoint to resume from is saved at such a moment, or a later one that is
 * still completed, since a callback may have missed it.
 */
final class TrainingMoments {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  /** The metric that says how many updates after their moment evaluations have taken effect. */
  private static final String EVALUATION_LAG = "evaluation_lag";

  private final List<Callback> callbacks;
  private final List<List<Callback>> groups;
  private final Observers observers;
  private final Consumer<UpdateCounter> flush;
  private final RunContext context;
  private final PresentTraining present;
  private final WaitingCallbacks waiting;
  private final PastMoments past;
  private final FirstFailure failures = new FirstFailure();
  private boolean hasFailed;

  /**
   * Creates the moments of a training.
   *
   * @param callbacks the callbacks, in the order of registration
   * @param flush writes the metrics of the moment that callbacks see
   * @param context shows callbacks a moment
   * @param present the training at its present moment
   * @param waiting the callbacks that wait for evaluations beside training
   * @param past keeps the moments that are not complete
   */
  TrainingMoments(
      List<Callback> callbacks,
      Consumer<UpdateCounter> flush,
      RunContext context,
      PresentTraining present,
      WaitingCallbacks waiting,
      PastMoments past) {
    this.callbacks = List.copyOf(callbacks);
    this.groups = CallbackOrder.of(callbacks);
    this.observers = new Observers(callbacks);
    this.flush = flush;
    this.context = context;
    this.present = present;
    this.waiting = waiting;
    this.past = past;
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
    failures.add(updateFailed);
    hasFailed = true;
    return failures.take().orElse(updateFailed);
  }

  /** Calls everything that doesn't wait for evaluations, and begins those that run beside. */
  void afterUpdate(UpdateCounter now) {
    callAll(callbacks, callback -> callback.trackAfterUpdateStep(now));
    MomentRest rest = past.rest();
    for (List<Callback> group : groups) {
      callOrKeep(
          group,
          "afterUpdate",
          callback -> callback.afterUpdate(now),
          periodic -> periodic.invocationAfterUpdate(now),
          rest);
      if (now.isFullEpoch()) {
        callOrKeep(
            group,
            "afterEpoch",
            callback -> callback.afterEpoch(now),
            periodic -> periodic.invocationAfterEpoch(now),
            rest);
      }
    }
    if (rest.evaluations().isEmpty() && past.isEmpty()) {
      rest.hooks().forEach(this::attempt);
      end(now);
    } else {
      leave(now, rest);
    }
  }

  private void leave(UpdateCounter now, MomentRest rest) {
    if (!failures.isEmpty()) {
      context.moment().checkpoints().dropTrainings();
    }
    attempt(() -> past.leave(now, rest));
    throwFailure(now);
  }

  /**
   * Completes a moment whose evaluations have ended: the waiting callbacks, its record and its
   * checkpoints.
   *
   * @param lag the number of updates after which its results take effect
   * @param whenCalled called when all callbacks were
   */
  void complete(PastMoment moment, long lag, Runnable whenCalled) {
    context.during(
        moment.moment(),
        () -> {
          moment.rest().forEach(this::attempt);
          if (moment.isMeasured()) {
            attempt(() -> writeLag(lag));
          }
          whenCalled.run();
          write(moment.at());
        });
    throwFailureOfPast(moment.at());
  }

  /** Names the moment, unless the failure does so itself. */
  private void throwFailureOfPast(UpdateCounter at) {
    failures.take().map(first -> named(first, at)).ifPresent(failures::add);
    throwFailure(at);
  }

  private static Throwable named(Throwable failure, UpdateCounter at) {
    return failure instanceof RuntimeException && !(failure instanceof EvaluationException)
        ? new IllegalStateException(
            "a callback failed at %s: %s".formatted(at.current(), failure.getMessage()), failure)
        : failure;
  }

  private void writeLag(long lag) {
    context.moment().metrics().writerFor(EVALUATION_LAG).addScalar(EVALUATION_LAG, lag);
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
   * Calls a hook of callbacks, except those that wait for evaluations beside training: their
   * evaluations, at the weights as they are in their turn, and their calls are kept.
   */
  private void callOrKeep(
      List<Callback> group,
      String name,
      Consumer<Callback> hook,
      Function<PeriodicCallback, Optional<Invocation>> invocations,
      MomentRest rest) {
    List<Callback> atOnce = waiting.notAmong(group);
    if (atOnce.size() == group.size()) {
      callAll(group, hook, invocations);
      return;
    }
    context.sharedEvaluations().plan(planned(atOnce, invocations));
    for (Callback callback : group) {
      if (!waiting.contains(callback)) {
        call(callback, hook, invocations);
      } else if (!(callback instanceof PeriodicCallback periodic)) {
        if (WaitingCallbacks.hasHook(callback, name)) {
          rest.add(() -> hook.accept(callback));
        }
      } else {
        attempt(() -> invocations.apply(periodic).ifPresent(at -> keep(periodic, at, hook, rest)));
      }
    }
    context.sharedEvaluations().clear();
  }

  private void keep(
      PeriodicCallback callback, Invocation at, Consumer<Callback> hook, MomentRest rest) {
    if (waiting.evaluatesBeside(callback)
        && callback instanceof PeriodicDataIteratorCallback evaluating) {
      CallbackEvaluation evaluation = evaluating.begin(at);
      rest.add(evaluating, evaluation, present.capture(evaluation.config().weights()));
    } else {
      rest.add(() -> hook.accept(callback));
    }
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
    context.sharedEvaluations().plan(planned(some, invocations));
    some.forEach(callback -> call(callback, hook, invocations));
    context.sharedEvaluations().clear();
  }

  private void call(
      Callback callback,
      Consumer<Callback> hook,
      Function<PeriodicCallback, Optional<Invocation>> invocations) {
    attempt(() -> hook.accept(callback));
    if (observers.mayChangeWeights(callback, invocations)) {
      present.mayHaveChanged();
    }
  }

  private static List<CallbackEvaluation> planned(
      List<Callback> some, Function<PeriodicCallback, Optional<Invocation>> invocations) {
    List<CallbackEvaluation> planned = new ArrayList<>();
    for (Callback callback : some) {
      if (callback instanceof PeriodicDataIteratorCallback evaluating) {
        // A callback whose plan fails fails again when it is called.
        attemptQuietly(
            () -> invocations.apply(evaluating).map(evaluating::plan).ifPresent(planned::add));
      }
    }
    return planned;
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
    present.mayHaveChanged();
  }

  private void attempt(Runnable work) {
    try {
      work.run();
    } catch (ToleratedFailure | SkippedEvaluation e) {
      log.debug("a callback ends without its evaluation, which was logged", e);
    } catch (MissingMetricException e) {
      log.info("{}", e.getMessage());
    } catch (Throwable e) { // including undeclared checked exceptions of Spark
      failures.add(e);
    }
  }

  /** Ends the present moment. */
  private void end(UpdateCounter at) {
    write(at);
    context.begin();
    throwFailure(at);
  }

  /** Writes everything of the moment that callbacks see. */
  private void write(UpdateCounter at) {
    attempt(() -> flush.accept(at));
    if (!failures.isEmpty() || hasFailed) {
      context.moment().checkpoints().dropTrainings();
    }
    attempt(context.moment().checkpoints()::write);
  }

  private void throwFailure(UpdateCounter at) {
    Optional<Throwable> first = failures.take();
    if (first.isPresent()) {
      hasFailed = true;
      throw thrown(first.get(), at);
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
