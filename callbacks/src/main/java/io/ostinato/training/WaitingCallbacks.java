package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.schedule.UpdateCounter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The callbacks that are called only when the evaluations of a moment have ended, if those run
 * beside training: the ones that evaluate, and the ones that read metrics.
 */
final class WaitingCallbacks {
  private final Set<Callback> waiting = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<PeriodicDataIteratorCallback> evaluating =
      Collections.newSetFromMap(new IdentityHashMap<>());

  WaitingCallbacks(List<Callback> callbacks, Evaluations evaluations) {
    if (!evaluations.isBeside()) {
      return;
    }
    for (Callback callback : callbacks) {
      boolean evaluates =
          callback instanceof PeriodicDataIteratorCallback some && !some.config().isInline();
      if (evaluates) {
        evaluating.add((PeriodicDataIteratorCallback) callback);
      }
      if (evaluates || !callback.readsMetrics().isEmpty()) {
        waiting.add(callback);
      }
    }
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

  /** The number of updates to the next evaluations beside training, if there are any. */
  OptionalLong updatesToNext(UpdateCounter now) {
    return evaluating.stream()
        .map(callback -> callback.updatesTillNextInvocation(now))
        .flatMapToLong(OptionalLong::stream)
        .min();
  }
}
