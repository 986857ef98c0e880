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
import io.ostinato.training.Evaluations;
import io.ostinato.training.GradientClipping;
import io.ostinato.training.LastBatch;
import io.ostinato.training.LostMetrics;
import io.ostinato.training.TrainingLoopBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The complete configuration of a training: the keys of {@code run.yaml}. */
record RunConfig(
    @Key("The model to train.") Architecture model,
    @Key("The datasets to train and evaluate on.") Datasets datasets,
    @Key(value = "Loss to minimise.", byDefault = "softmax_cross_entropy") LossConfig loss,
    @Key(value = "The optimizer.", byDefault = "adam") OptimizerConfig optimizer,
    @Key("How long to train.") TrainingLength length,
    @Key(
            value = "Samples per update.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_EFFECTIVE_BATCH_SIZE,
            atLeast = 1)
        int effectiveBatchSize,
    @Key(
            value =
                "Maximum number of samples per forward pass; must divide `effective_batch_size`.",
            optional = true,
            otherwise = "`effective_batch_size`",
            atLeast = 1)
        @Nullable Integer microBatchSize,
    @Key(
            value = "What to do with the remaining rows of an epoch that don't fill a batch.",
            byDefault = TrainingLoopBuilder.DEFAULT_LAST_BATCH)
        LastBatch lastBatch,
    @Key(value = "How to clip gradients.", optional = true, otherwise = "no clipping")
        @Nullable GradientClipping gradientClipping,
    @Key(
            value = "Whether training waits for its evaluations, or goes on beside them.",
            byDefault = "{}")
        Evaluations evaluations,
    @Key(
            value =
                "Maximum number of consecutive updates to skip because of a non-finite loss or"
                    + " gradient; one more fails the training.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_SKIP_NON_FINITE,
            atLeast = 0)
        int skipNonFinite,
    @Key(
            value = "Seed of the initial weights, the order of rows and dropout.",
            byDefault = "" + TrainingLoopBuilder.DEFAULT_SEED)
        int seed,
    @Key(value = "Callbacks, in the order in which they run.", optional = true)
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
    @Key(value = "Additional trackers for the metrics.", optional = true)
        List<TrackerConfig> trackers,
    @Key(value = "Which metrics are better when higher and which when lower.", byDefault = "{}")
        MetricProperties metricDirections,
    @Key(
            value =
                "Folder in which each run has its own folder: a local path, or a URI on any Hadoop file"
                    + " system, such as `hdfs://name-node/runs`.",
            byDefault = TrainingLoopBuilder.DEFAULT_OUTPUT)
        String output,
    @Key(
            value = "Name of this run's folder in `output`.",
            optional = true,
            otherwise = "the start time")
        @Nullable RunId runId,
    @Key(
            value =
                "Folder for checkpoints on any Hadoop file system, such as `hdfs://name-node/runs`;"
                    + " each run has a subfolder named by its id.",
            optional = true,
            otherwise = "`checkpoints` in the run's folder")
        @Nullable String checkpoints,
    @Key(
            value = "Whether to write `report.html`, a page about the run, into its folder.",
            byDefault = "" + TrainingLoopBuilder.WRITES_REPORT)
        boolean report,
    @Key(value = "Run to resume.", optional = true, otherwise = "start a new run")
        @Nullable Resume resume) {

  /** The directions of this run's metrics, as declared by the user and by the callbacks. */
  MetricProperties metricProperties() {
    return metricDirections.withWritten(callbacks.stream().map(Callback::directions).toList());
  }

  /** A run to resume. */
  @Shorthand("run_id")
  record Resume(
      @Key("Id of the run.") RunId runId,
      @Key(value = "Checkpoint to resume from.", byDefault = TrainingLoopBuilder.LATEST)
          String checkpoint,
      @Key(
              value =
                  "What to do if `metrics.jsonl` lacks records that were there when the checkpoint"
                      + " was saved: refuse to resume, or accept it with a warning.",
              byDefault = TrainingLoopBuilder.DEFAULT_LOST_METRICS)
          LostMetrics lostMetrics) {}
}
