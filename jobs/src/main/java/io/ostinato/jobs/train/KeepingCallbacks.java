package io.ostinato.jobs.train;

import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.Kind;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.stopping.MetricEarlyStopper;
import java.util.List;

/** The callbacks that keep weights, and those that end training. */
final class KeepingCallbacks {
  private KeepingCallbacks() {}

  /** Checkpoints. */
  @Kind(name = "checkpoint", value = "Checkpoints to go on from, and at the end of training.")
  record Checkpoint(
      @Inline ScheduleKeys schedule,
      @Key(value = "All of a training, or its weights only.", byDefault = "training")
          CheckpointCallback.Content content,
      @Key(value = "The latest only, or all.", byDefault = "latest") CheckpointCallback.Keep keep)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new CheckpointCallback(
          new CheckpointCallback.Config(schedule.schedule(), content, keep));
    }
  }

  /** The best weights. */
  @Kind(name = "best_checkpoint", value = "The weights at which a metric was best.")
  record BestCheckpoint(
      @Inline ScheduleKeys schedule,
      @Key("The metric that decides, as in `accuracy/test`.") String metric,
      @Key(
              value = "The best weights too that early stopping after so many values would leave.",
              optional = true,
              atLeast = 1)
          List<Integer> tolerances,
      @Key(
              value = "The weights to keep, as in `ema=0.999`.",
              byDefault = "''",
              otherwise = "those that were measured")
          String weights)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new BestCheckpointCallback(
          new BestCheckpointCallback.Config(schedule.schedule(), metric, tolerances, weights));
    }
  }

  /** Averages. */
  @Kind(name = "ema", value = "Averages of the weights, which evaluations ask for by `weights`.")
  record Ema(
      @Key(
              value = "How much of an average stays at an update.",
              byDefault = "[0.999]",
              above = 0,
              below = 1)
          List<Double> factors)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new EmaCallback(new EmaCallback.Config(factors));
    }
  }

  /** Ends training when a metric stagnates. */
  @Kind(name = "metric_early_stopper", value = "Ends training when a metric gets no better.")
  record MetricStopper(
      @Inline ScheduleKeys schedule,
      @Key("The metric that decides, as in `accuracy/test`.") String metric,
      @Key(value = "How many values in a row may be no better.", atLeast = 1) int tolerance)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new MetricEarlyStopper(
          new MetricEarlyStopper.Config(schedule.schedule(), metric, tolerance));
    }
  }

  /** Ends training at a fixed point. */
  @Kind(
      name = "fixed_early_stopper",
      value = "Ends training before its length, on which schedules still depend.")
  record FixedStopper(@Key("When.") RunConfig.Length after) implements CallbackConfig {
    @Override
    public Callback create() {
      return new FixedEarlyStopper(new FixedEarlyStopper.Config(after.length()));
    }
  }
}
