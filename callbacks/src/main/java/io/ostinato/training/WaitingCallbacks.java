package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The callbacks that are called only when the evaluations of a moment have ended, if those run
 * beside training: the ones that evaluate, and the ones that read metrics.
 */
final class WaitingCallbacks {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final Set<Callback> waiting = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<PeriodicDataIteratorCallback> evaluating =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Callback> collecting = Collections.newSetFromMap(new IdentityHashMap<>());

  WaitingCallbacks(List<Callback> callbacks, Evaluations evaluations) {
    if (!evaluations.isBeside()) {
      return;
    }
    for (Callback callback : callbacks) {
      boolean evaluates = canEvaluateBeside(callback);
      if (evaluates) {
        evaluating.add((PeriodicDataIteratorCallback) callback);
      }
      if (evaluates || !callback.readsMetrics().isEmpty()) {
        waiting.add(callback);
        if (collects(callback)) {
          collecting.add(callback);
        }
      }
    }
  }

  private static boolean canEvaluateBeside(Callback callback) {
    if (!evaluates(callback)) {
      return false;
    }
    boolean canSetAside = !collects(callback) || setsAside(callback);
    if (!canSetAside) {
      log.info(
          "the evaluations of callback '{}' are inline, because it collects during updates; to let"
              + " them run beside training, set aside in evaluationBegins what it has collected",
          callback.name());
    }
    return canSetAside;
  }

  /** Finds callbacks that read metrics of a past moment, but collect during later updates. */
  static List<TrainingMistake> mistakes(List<Callback> callbacks, Evaluations evaluations) {
    return callbacks.stream()
        .filter(callback -> evaluations.isBeside())
        .filter(callback -> !callback.readsMetrics().isEmpty() && collects(callback))
        .filter(callback -> !(evaluates(callback) && setsAside(callback)))
        .map(
            callback ->
                TrainingMistake.of(
                    Mistake.of(
                        Subject.callback(callback.name()),
                        ("callback '%s' reads metrics when training has gone on, and collects during"
                                + " updates, which then include later ones")
                            .formatted(callback.name()),
                        "use evaluations.mode=inline, or divide it into two callbacks"),
                    callback))
        .toList();
  }

  /** Whether a callback evaluates, and doesn't ask for that inline. */
  private static boolean evaluates(Callback callback) {
    return callback instanceof PeriodicDataIteratorCallback some && !some.config().isInline();
  }

  private static boolean setsAside(Callback callback) {
    return overrides(
        callback, PeriodicDataIteratorCallback.class, "evaluationBegins", Invocation.class);
  }

  /** Whether a callback has something to do after an update or after an epoch. */
  static boolean hasHook(Callback callback, String name) {
    return overrides(callback, Callback.class, name, UpdateCounter.class);
  }

  /** Whether a callback collects something during updates. */
  private static boolean collects(Callback callback) {
    return overrides(callback, Callback.class, "trackAfterUpdateStep", UpdateCounter.class)
        || overrides(
            callback, Callback.class, "trackAfterAccumulationStep", AccumulationStep.class);
  }

  private static boolean overrides(
      Callback callback, Class<?> base, String method, Class<?> parameter) {
    return Stream.<Class<?>>iterate(
            callback.getClass(), type -> type != base, type -> type.getSuperclass())
        .flatMap(type -> Stream.of(type.getDeclaredMethods()))
        .anyMatch(
            each ->
                each.getName().equals(method)
                    && List.of(each.getParameterTypes()).equals(List.of(parameter)));
  }

  /** Whether a callback waits for evaluations. */
  boolean contains(Callback callback) {
    return waiting.contains(callback);
  }

  /** Whether the evaluations of a callback run beside training. */
  boolean evaluatesBeside(Callback callback) {
    return callback instanceof PeriodicDataIteratorCallback evaluates
        && evaluating.contains(evaluates);
  }

  /** Those of the callbacks that don't wait. */
  List<Callback> notAmong(List<Callback> callbacks) {
    return callbacks.stream().filter(callback -> !waiting.contains(callback)).toList();
  }

  /**
   * Whether the state of a callback is complete only with its moment. One that collects during
   * updates has set aside at the moment what its evaluation needs.
   */
  boolean completesState(Callback callback) {
    return waiting.contains(callback) && !collecting.contains(callback);
  }

  /** The number of updates to the next evaluations beside training, if there are any. */
  OptionalLong updatesToNext(UpdateCounter now) {
    return evaluating.stream()
        .map(callback -> callback.updatesTillNextInvocation(now))
        .flatMapToLong(OptionalLong::stream)
        .min();
  }
}
