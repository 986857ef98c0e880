package io.ostinato.training;

import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.GradientNormCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.PeakMemoryCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.monitor.ProgressLogCallback;
import io.ostinato.monitor.TrainTimeCallback;
import io.ostinato.monitor.WeightNormCallback;
import io.ostinato.stopping.FixedEarlyStopper;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The callbacks that don't change the weights of the model at the end of an update: known ones, and
 * those that aren't called there. A copy of the weights that was made before such a callback need
 * not be compared with the weights after it, which would take longer than the copy.
 */
final class Observers {
  private static final Set<Class<? extends Callback>> KNOWN =
      Set.of(
          CheckpointCallback.class,
          DatasetStatsCallback.class,
          EmaCallback.class,
          FixedEarlyStopper.class,
          GradientNormCallback.class,
          LearningRateCallback.class,
          OnlineLossCallback.class,
          ParameterCountCallback.class,
          PeakMemoryCallback.class,
          ProgressBarCallback.class,
          ProgressLogCallback.class,
          TrainTimeCallback.class,
          WeightNormCallback.class);

  private final Set<Callback> others = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Finds the observers among these callbacks. */
  Observers(List<Callback> callbacks) {
    for (Callback callback : callbacks) {
      if (!KNOWN.contains(callback.getClass())
          && (WaitingCallbacks.hasHook(callback, "afterUpdate")
              || WaitingCallbacks.hasHook(callback, "afterEpoch"))) {
        others.add(callback);
      }
    }
  }

  /**
   * Whether a call of {@code afterUpdate} or {@code afterEpoch} may change the weights.
   *
   * @param invocations the invocation of a callback in this hook, if it is due
   */
  boolean mayChangeWeights(
      Callback callback, Function<PeriodicCallback, Optional<Invocation>> invocations) {
    return others.contains(callback)
        && (!(callback instanceof PeriodicCallback periodic)
            || invocations.apply(periodic).isPresent());
  }
}
