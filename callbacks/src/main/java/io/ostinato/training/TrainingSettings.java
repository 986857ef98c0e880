package io.ostinato.training;

import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.BlockSource;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingLength;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * A complete and checked training.
 *
 * @param atEnd frees what was made for this training alone
 */
record TrainingSettings(
    BlockSource model,
    DataContainer data,
    EvaluationEngine engine,
    Runnable atEnd,
    List<Callback> callbacks,
    TrainingLength length,
    int effectiveBatchSize,
    Loss loss,
    Optimizer optimizer,
    int seed,
    Path output,
    String runId,
    ProgressDisplay progress,
    Clock clock) {
  TrainingSettings {
    callbacks = List.copyOf(callbacks);
  }
}
