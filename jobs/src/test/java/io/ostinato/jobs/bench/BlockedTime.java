package io.ostinato.jobs.bench;

import io.ostinato.callback.Callback;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.UpdateTimings.Phase;
import io.ostinato.schedule.UpdateCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures the time that the training thread doesn't spend on updates. */
final class BlockedTime extends Callback {
  private static final long serialVersionUID = 1;
  private final List<Double> callbacks = new ArrayList<>();
  private double waiting;
  private double end;
  private long last;

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    // The time after an update is known with the next one; before the first, training starts.
    if (at.current().update() > 1) {
      UpdateTimings timings = context().timings();
      callbacks.add(seconds(timings.of(Phase.CALLBACKS)));
      waiting += seconds(timings.of(Phase.EVALUATION_WAIT));
    }
    last = System.nanoTime();
  }

  @Override
  public void afterTraining(UpdateCounter at) {
    end = seconds(Duration.ofNanos(System.nanoTime() - last));
  }

  /** The seconds after the last update, until all moments are complete. */
  double atEnd() {
    return end;
  }

  /** All seconds between two updates, or after the last. */
  double seconds() {
    return callbacks.stream().mapToDouble(Double::doubleValue).sum() + waiting + end;
  }

  /** The seconds after an update, except those spent waiting for evaluations beside training. */
  double secondsAfter(int update) {
    return callbacks.get(update - 1);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
