package io.ostinato.jobs.train;

import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.jobs.config.Checked;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.Kind;
import io.ostinato.jobs.config.OwnKeys;
import io.ostinato.jobs.config.UserClass;
import io.ostinato.schedule.Schedule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What runs while a model trains. */
sealed interface CallbackConfig extends Checked
    permits QualityCallbacks.MetricKind,
        QualityCallbacks.OfflineLoss,
        QualityCallbacks.OnlineLoss,
        QualityCallbacks.BestMetric,
        KeepingCallbacks.Checkpoint,
        KeepingCallbacks.BestCheckpoint,
        KeepingCallbacks.Ema,
        KeepingCallbacks.MetricStopper,
        KeepingCallbacks.FixedStopper,
        MonitorCallbacks.LearningRates,
        MonitorCallbacks.TrainTime,
        MonitorCallbacks.DatasetStats,
        MonitorCallbacks.ParameterCount,
        MonitorCallbacks.PeakMemory,
        MonitorCallbacks.GradientNorm,
        MonitorCallbacks.WeightNorm,
        MonitorCallbacks.ProgressLine,
        MonitorCallbacks.Eta,
        MonitorCallbacks.TrackOutputs,
        CallbackConfig.OfClass {

  /** A new callback. */
  Callback create();

  @Override
  default void check() {
    create();
  }

  /** A user's class. */
  @Kind(
      name = "",
      value =
          "A class on the class path that extends `Callback`; public. Its public constructor takes"
              + " a `DataIteratorConfig` if it is a `PeriodicDataIteratorCallback`, a `Schedule`"
              + " if it is another one, or neither; then the options, a map, or a record of its own"
              + " keys, which stand among these, or nothing.")
  record OfClass(
      String kind,
      @Inline EvaluationKeys evaluation,
      @Key(
              value = "Where executors write the row results as Parquet.",
              optional = true,
              otherwise = "the driver has them")
          @Nullable String resultsPath,
      @Key(value = "For the constructor.", optional = true) Map<String, Object> options,
      @OwnKeys(given = {DataIteratorConfig.class, Schedule.class}) @Nullable Record parameters)
      implements CallbackConfig {
    @Override
    public Callback create() {
      UserClass user = new UserClass(kind, options);
      Class<?> type = user.load(Callback.class);
      Map<Class<?>, Object> given =
          PeriodicDataIteratorCallback.class.isAssignableFrom(type)
              ? Map.of(DataIteratorConfig.class, config())
              : Map.of(Schedule.class, evaluation.schedule().schedule());
      return parameters == null
          ? user.create(given, Callback.class)
          : user.create(given, parameters, Callback.class);
    }

    private DataIteratorConfig config() {
      DataIteratorConfig config = evaluation.config();
      return resultsPath == null ? config : config.results().toParquet(resultsPath);
    }
  }
}
