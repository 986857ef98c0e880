package io.ostinato.training;

import ai.djl.training.optimizer.Optimizer;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.model.BlockSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.report.RunReport;
import io.ostinato.schedule.EpochSize;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.Checkpoints;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Tracker;
import java.time.Clock;
import java.util.List;

/**
 * The complete and validated settings of a training.
 *
 * @param evaluations whether training waits for its evaluations
 * @param atEnd releases resources created only for this training
 * @param resumeFrom the tag of the checkpoint to resume from; empty for a new training
 * @param start how the run starts
 * @param signals the signals that end training after an update, such as {@code TERM}
 */
record TrainingSettings(
    BlockSource model,
    DataContainer data,
    EvaluationEngine engine,
    Evaluations evaluations,
    Runnable atEnd,
    List<Callback> callbacks,
    TrainingLength length,
    EpochSize epochSize,
    int microBatchSize,
    GradientClipping gradientClipping,
    NonFiniteLoss nonFiniteLoss,
    LossFactory loss,
    Optimizer optimizer,
    int seed,
    RunInfo run,
    RunReport report,
    Checkpoints checkpoints,
    List<String> resumeFrom,
    RunStart start,
    List<String> signals,
    Tracker tracker,
    MetricProperties metricProperties,
    ProgressDisplay progress,
    Clock clock) {
  TrainingSettings {
    callbacks = List.copyOf(callbacks);
    resumeFrom = List.copyOf(resumeFrom);
    signals = List.copyOf(signals);
  }
}
