package io.ostinato.training;

import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.UpdateTimings.Phase;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Measures the time spent in each phase. */
final class PhaseClock {
  private final Map<Phase, Duration> phases = new EnumMap<>(Phase.class);
  private Phase phase = Phase.CALLBACKS;
  private long since = System.nanoTime();

  void enter(Phase next) {
    long now = System.nanoTime();
    phases.merge(phase, Duration.ofNanos(now - since), Duration::plus);
    phase = next;
    since = now;
  }

  /** The times since the last call. */
  UpdateTimings takeTimings() {
    enter(phase);
    UpdateTimings timings = new UpdateTimings(phases);
    phases.clear();
    return timings;
  }
}
