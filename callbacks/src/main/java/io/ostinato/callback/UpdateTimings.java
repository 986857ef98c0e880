package io.ostinato.callback;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where the time of one update went, as the training thread saw it; on a device that works
 * asynchronously the wait falls to the phase that needs its result.
 */
public record UpdateTimings(Map<Phase, Duration> phases) {

  /** What an update does, in this order. */
  public enum Phase {
    /** Reading the samples and copying them to the device. */
    DATA,
    /** The forward pass and the loss. */
    FORWARD,
    /** The backward pass. */
    BACKWARD,
    /** Clipping the gradient and the optimizer's step. */
    STEP,
    /** The callbacks at the end of the previous update. */
    CALLBACKS
  }

  public static final UpdateTimings NONE = new UpdateTimings(Map.of());

  public UpdateTimings {
    EnumMap<Phase, Duration> copy = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      copy.put(phase, phases.getOrDefault(phase, Duration.ZERO));
    }
    phases = Map.copyOf(copy);
  }

  /** The time of one phase; zero where it was not entered. */
  public Duration of(Phase phase) {
    return phases.getOrDefault(phase, Duration.ZERO);
  }
}
