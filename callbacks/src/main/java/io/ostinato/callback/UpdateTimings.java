package io.ostinato.callback;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The time of each phase of one update, measured on the training thread. On an asynchronous device,
 * waiting is attributed to the phase that needs a result.
 */
public record UpdateTimings(Map<Phase, Duration> phases) {

  /** The phases of an update, in order. */
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
    CALLBACKS,
    /**
     * Waiting for evaluations that run beside training, at the end of the previous update. Zero if
     * all evaluations are inline, whose time is that of their callbacks.
     */
    EVALUATION_WAIT
  }

  public static final UpdateTimings NONE = new UpdateTimings(Map.of());

  public UpdateTimings {
    EnumMap<Phase, Duration> copy = new EnumMap<>(Phase.class);
    for (Phase phase : Phase.values()) {
      copy.put(phase, phases.getOrDefault(phase, Duration.ZERO));
    }
    phases = Map.copyOf(copy);
  }

  /** The same timings, with a part of the callbacks' time spent waiting for evaluations. */
  public UpdateTimings withEvaluationWait(Duration wait) {
    EnumMap<Phase, Duration> split = new EnumMap<>(phases);
    Duration callbacks = of(Phase.CALLBACKS).minus(wait);
    split.put(Phase.CALLBACKS, callbacks.isNegative() ? Duration.ZERO : callbacks);
    split.put(Phase.EVALUATION_WAIT, wait);
    return new UpdateTimings(split);
  }

  /** The time of one phase; zero if it did not run. */
  public Duration of(Phase phase) {
    return phases.getOrDefault(phase, Duration.ZERO);
  }
}
