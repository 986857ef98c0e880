package io.ostinato.jobs.train;

import io.ostinato.callback.Callback;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.Kind;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.GradientNormCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.PeakMemoryCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.monitor.ProgressLogCallback;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.monitor.TrainTimeCallback;
import io.ostinato.monitor.WeightNormCallback;
import java.util.List;

/** The callbacks that watch a training. */
final class MonitorCallbacks {
  private MonitorCallbacks() {}

  /** The learning rate. */
  @Kind(name = "learning_rate", value = "The learning rate: `optim/lr/{group}`. Runs by default.")
  record LearningRates(@Inline ScheduleKeys schedule) implements CallbackConfig {
    @Override
    public Callback create() {
      return new LearningRateCallback(new LearningRateCallback.Config(schedule.schedule()));
    }
  }

  /** Times. */
  @Kind(
      name = "train_time",
      value = "Times of the phases of an update: `train_time/{phase}/…`. Runs by default.")
  record TrainTime(@Inline ScheduleKeys schedule) implements CallbackConfig {
    @Override
    public Callback create() {
      return new TrainTimeCallback(new TrainTimeCallback.Config(schedule.schedule()));
    }
  }

  /** Rows. */
  @Kind(
      name = "dataset_stats",
      value = "Rows of the datasets: `ds_stats/{dataset}/len`. Runs by default.")
  record DatasetStats(
      @Key(
              value = "Their keys, `train` for the one to train on.",
              optional = true,
              otherwise = "all")
          List<String> datasets)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new DatasetStatsCallback(new DatasetStatsCallback.Config(datasets));
    }
  }

  /** Parameters. */
  @Kind(
      name = "parameter_count",
      value = "The size of the model: `param_count/…`. Runs by default.")
  record ParameterCount(
      @Key(value = "The model's name in the keys.", byDefault = "model") String model)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new ParameterCountCallback(new ParameterCountCallback.Config(model));
    }
  }

  /** Memory. */
  @Kind(name = "peak_memory", value = "The most memory so far: `peak_memory/{heap|host|device}`.")
  record PeakMemory(@Inline ScheduleKeys schedule) implements CallbackConfig {
    @Override
    public Callback create() {
      return new PeakMemoryCallback(new PeakMemoryCallback.Config(schedule.schedule()));
    }
  }

  /** Gradients. */
  @Kind(
      name = "gradient_norm",
      value =
          "The norm of an update's gradient before clipping, and the share of it that is near zero:"
              + " `gradient/{norm|near_zero}/{all|parameter}`.")
  record GradientNorm(
      @Inline ScheduleKeys schedule,
      @Key(value = "Parameters to write one by one, with `*` for any characters.", optional = true)
          List<String> parameters,
      @Key(value = "The highest absolute value near zero.", byDefault = "1e-8", atLeast = 0)
          double nearZero)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new GradientNormCallback(
          new GradientNormCallback.Config(schedule.schedule(), parameters, nearZero));
    }
  }

  /** Weights. */
  @Kind(name = "weight_norm", value = "The norm of the weights: `weight/norm/{all|parameter}`.")
  record WeightNorm(
      @Inline ScheduleKeys schedule,
      @Key(value = "Parameters to write one by one, with `*` for any characters.", optional = true)
          List<String> parameters)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new WeightNormCallback(new WeightNormCallback.Config(schedule.schedule(), parameters));
    }
  }

  /** A line. */
  @Kind(name = "progress", value = "A line in the log: how far, how long still. Runs by default.")
  record ProgressLine(@Inline ScheduleKeys schedule) implements CallbackConfig {
    @Override
    public Callback create() {
      return new ProgressLogCallback(new ProgressLogCallback.Config(schedule.schedule()));
    }
  }

  /** A bar. */
  @Kind(name = "eta", value = "A bar on a terminal. Runs by default.")
  record Eta(@Key(value = "What stands before it.", byDefault = "training") String label)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new ProgressBarCallback(new ProgressBarCallback.Config(label));
    }
  }

  /** Outputs. */
  @Kind(
      name = "track_outputs",
      value = "What the model gave while it trained: `outputs/{output}/{mean|last}/{interval}`.")
  record TrackOutputs(
      @Inline ScheduleKeys schedule,
      @Key(
              value = "Names of outputs, with `*` for any characters, as in `*gate*`.",
              byDefault = "['*']",
              formerly = "patterns")
          List<String> outputPatterns,
      @Key(value = "Over all since the last time, or the last micro-batch.", byDefault = "mean")
          TrackOutputsCallback.Reduction reduction)
      implements CallbackConfig {
    @Override
    public Callback create() {
      return new TrackOutputsCallback(
          new TrackOutputsCallback.Config(schedule.schedule(), outputPatterns, reduction));
    }
  }
}
