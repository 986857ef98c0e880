package io.ostinato.monitor;

import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.callback.Stateful;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.UpdateTimings.Phase;
import io.ostinato.describe.Defaults;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes {@code train_time/{phase}/{mean|max}/{interval}}: the duration of a phase of an update in
 * seconds, as the mean and the maximum over the updates since the last record. Phases: {@code data,
 * forward, backward, step, callbacks, evaluation_wait}. A phase that isn't measured separately
 * isn't written.
 */
@Kind(
    name = "train_time",
    value = "Time per phase of an update: `train_time/{phase}/…`. Added by default.")
public final class TrainTimeCallback extends PeriodicCallback implements Stateful {
  private static final long serialVersionUID = 1;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String MEAN = "mean";
  private static final String MAX = "max";

  private final long[] sumNanos = new long[Phase.values().length];
  private final long[] maxNanos = new long[Phase.values().length];
  private long updates;

  /** The settings of the callback: when to write. Default: every epoch. */
  public record Config(@Inline Schedule schedule) implements Serializable {
    public static Config defaults() {
      return Defaults.of(Config.class);
    }
  }

  public TrainTimeCallback(Config config) {
    super("train_time." + config.schedule().intervalString(), config.schedule());
  }

  @Override
  public Set<String> writesMetrics() {
    return Stream.of(Phase.values())
        .flatMap(phase -> Stream.of(key(phase, MEAN), key(phase, MAX)))
        .collect(Collectors.toSet());
  }

  @Override
  public Map<String, Direction> directions() {
    return Map.of("train_time/*", Direction.NEUTRAL);
  }

  private String key(Phase phase, String what) {
    return "train_time/%s/%s/%s"
        .formatted(phase.name().toLowerCase(Locale.ROOT), what, schedule().intervalString());
  }

  @Override
  public void trackAfterUpdateStep(UpdateCounter at) {
    UpdateTimings timings = context().timings();
    updates++;
    for (Phase phase : Phase.values()) {
      long nanos = timings.of(phase).toNanos();
      sumNanos[phase.ordinal()] += nanos;
      maxNanos[phase.ordinal()] = Math.max(maxNanos[phase.ordinal()], nanos);
    }
  }

  @Override
  protected void periodicCallback(Invocation at) {
    if (updates == 0) {
      return;
    }
    for (Phase phase : Phase.values()) {
      int i = phase.ordinal();
      if (maxNanos[i] == 0) {
        continue;
      }
      write(phase, MEAN, (double) sumNanos[i] / updates);
      write(phase, MAX, maxNanos[i]);
      if (at.isScheduled()) {
        sumNanos[i] = 0;
        maxNanos[i] = 0;
      }
    }
    if (at.isScheduled()) {
      updates = 0;
    }
  }

  @Override
  public SavedState saveState() {
    SavedState state = SavedState.empty().with("updates", updates);
    for (Phase phase : Phase.values()) {
      state =
          state
              .with("sum." + phase, sumNanos[phase.ordinal()])
              .with("max." + phase, maxNanos[phase.ordinal()]);
    }
    return state;
  }

  @Override
  public void restoreState(SavedState state) {
    updates = state.getLong("updates");
    for (Phase phase : Phase.values()) {
      // A phase that was not known when the state was saved hadn't run.
      sumNanos[phase.ordinal()] =
          state.find("sum." + phase).isEmpty() ? 0 : state.getLong("sum." + phase);
      maxNanos[phase.ordinal()] =
          state.find("max." + phase).isEmpty() ? 0 : state.getLong("max." + phase);
    }
  }

  private void write(Phase phase, String what, double nanos) {
    writer().addScalar(key(phase, what), nanos / NANOS_PER_SECOND);
  }
}
