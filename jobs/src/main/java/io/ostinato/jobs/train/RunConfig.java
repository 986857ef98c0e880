package io.ostinato.jobs.train;

import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.describe.Key;
import io.ostinato.describe.OneOf;
import io.ostinato.describe.Shorthand;
import io.ostinato.jobs.config.RunId;
import io.ostinato.jobs.model.Architecture;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
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
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.training.GradientClipping;
import io.ostinato.training.LastBatch;
import io.ostinato.training.TrainingLoopBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All of a training: the keys of {@code run.yaml}. */
record RunConfig(
    @Key("The model to train.") Architecture model,
    @Key("The datasets to train and evaluate on.") Datasets datasets,
    @Key(value = "Loss to minimise.", byDefault = "softmax_cross_entropy") LossConfig loss,
    @Key(value = "The optimizer.", byDefault = "adam") OptimizerConfig optimizer,
    @Key("How long training goes on.") TrainingLength length,
    @Key(
            value = "Samples of one update.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_EFFECTIVE_BATCH_SIZE,
            atLeast = 1)
        int effectiveBatchSize,
    @Key(
            value = "The most samples that go through the model at once; a divisor of them.",
            optional = true,
            otherwise = "`effective_batch_size`",
            atLeast = 1)
        @Nullable Integer microBatchSize,
    @Key(
            value = "What becomes of the rows that don't fill an epoch's last update.",
            byDefault = TrainingLoopBuilder.DEFAULT_LAST_BATCH)
        LastBatch lastBatch,
    @Key(value = "How gradients are bounded.", optional = true, otherwise = "they are not")
        @Nullable GradientClipping gradientClipping,
    @Key(
            value =
                "How many updates in a row may be skipped because their loss or gradient isn't"
                    + " finite, before training fails.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_SKIP_NON_FINITE,
            atLeast = 0)
        int skipNonFinite,
    @Key(
            value = "What weights, order of rows and dropout come from.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_SEED)
        int seed,
    @Key(value = "What runs when, in this order.", optional = true)
        @OneOf({
          MetricCallback.class,
          OfflineLossCallback.class,
          OnlineLossCallback.class,
          BestMetricCallback.class,
          CheckpointCallback.class,
          BestCheckpointCallback.class,
          EmaCallback.class,
          MetricEarlyStopper.class,
          FixedEarlyStopper.class,
          LearningRateCallback.class,
          TrainTimeCallback.class,
          DatasetStatsCallback.class,
          ParameterCountCallback.class,
          PeakMemoryCallback.class,
          GradientNormCallback.class,
          WeightNormCallback.class,
          ProgressLogCallback.class,
          ProgressBarCallback.class,
          TrackOutputsCallback.class,
          UserCallback.class
        })
        List<Callback> callbacks,
    @Key(
            value = "Whether to add the default callbacks.",
            byDefault = "" + TrainingLoopBuilder.ADDS_DEFAULT_CALLBACKS)
        boolean defaultCallbacks,
    @Key(value = "Where else to send the metrics.", optional = true) List<TrackerConfig> trackers,
    @Key(value = "Which metrics are better when higher, or when lower.", byDefault = "{}")
        MetricProperties metricDirections,
    @Key(
            value =
                "The folder of all runs: a local path, or one with a scheme on any Hadoop file"
                    + " system, as in `hdfs://name-node/runs`.",
            byDefault = TrainingLoopBuilder.DEFAULT_OUTPUT)
        String output,
    @Key(
            value = "The folder of this run in it.",
            optional = true,
            otherwise = "the time at which it begins")
        @Nullable RunId runId,
    @Key(
            value =
                "A folder on any Hadoop file system, as in `hdfs://name-node/runs`; checkpoints are"
                    + " kept in a folder of it that is named after the run.",
            optional = true,
            otherwise = "`checkpoints` of the run's folder")
        @Nullable String checkpoints,
    @Key(value = "Goes on with a run.", optional = true, otherwise = "a new run")
        @Nullable Resume resume) {

  /** The directions of this run's metrics: what the user declares, and what callbacks say. */
  MetricProperties metricProperties() {
    return metricDirections.withWritten(callbacks.stream().map(Callback::directions).toList());
  }

  /** A run to go on with. */
  @Shorthand("run_id")
  record Resume(
      @Key("The run.") RunId runId,
      @Key(value = "The checkpoint to go on from.", byDefault = TrainingLoopBuilder.LATEST)
          String checkpoint) {}
}
