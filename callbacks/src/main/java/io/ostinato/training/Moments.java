package io.ostinato.training;

import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.MetricsLog;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The moments at which callbacks are called. One that fails doesn't keep the others of the moment
 * from running, nor the metrics from being written; then its exception is thrown.
 */
final class Moments {
  private final List<Callback> callbacks;
  private final MetricsLog metrics;
  private @Nullable RuntimeException failure;

  Moments(List<Callback> callbacks, MetricsLog metrics) {
    this.callbacks = callbacks;
    this.metrics = metrics;
  }

  void beforeTraining(UpdateCounter start) {
    callAll(callback -> callback.beforeTraining(start));
    end(start);
  }

  void afterAccumulationStep(AccumulationStep step) {
    callAll(callback -> callback.trackAfterAccumulationStep(step));
  }

  void afterUpdate(UpdateCounter now) {
    callAll(callback -> callback.trackAfterUpdateStep(now));
    callAll(callback -> callback.afterUpdate(now));
    if (now.isFullEpoch()) {
      callAll(callback -> callback.afterEpoch(now));
    }
    end(now);
  }

  void afterTraining(UpdateCounter end) {
    callAll(callback -> callback.afterTraining(end));
    end(end);
  }

  private void callAll(Consumer<Callback> hook) {
    for (Callback callback : callbacks) {
      try {
        hook.accept(callback);
      } catch (RuntimeException e) {
        keep(e);
      }
    }
  }

  private void keep(RuntimeException e) {
    if (failure == null) {
      failure = e;
    } else if (failure != e) {
      failure.addSuppressed(e);
    }
  }

  /** Writes the record; throws the first failure, with the later ones suppressed. */
  private void end(UpdateCounter at) {
    RuntimeException first = failure;
    failure = null;
    try {
      metrics.flush(at.current());
    } catch (RuntimeException e) {
      if (first == null) {
        throw e;
      }
      first.addSuppressed(e);
    }
    if (first != null) {
      throw first;
    }
  }
}
