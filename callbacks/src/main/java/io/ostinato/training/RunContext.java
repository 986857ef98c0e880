package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.TrainingContext;
import io.ostinato.evaluation.BlockWeights;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What callbacks see of a running training. */
final class RunContext implements TrainingContext {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Block block;
  private final Path folder;
  private final MetricsLog metrics;
  private @Nullable WeightSnapshot weights;

  RunContext(TrainingSettings settings, Block block, Path folder, MetricsLog metrics) {
    this.settings = settings;
    this.block = block;
    this.folder = folder;
    this.metrics = metrics;
  }

  /** The weights have changed. */
  void updated() {
    weights = null;
  }

  @Override
  public WeightSnapshot weights() {
    WeightSnapshot snapshot = weights;
    if (snapshot == null) {
      snapshot = BlockWeights.snapshot(block);
      weights = snapshot;
    }
    return snapshot;
  }

  @Override
  public EvaluationResults evaluate(CallbackEvaluation evaluation) {
    String datasetKey = evaluation.config().datasetKey();
    EvaluationTag tag =
        new EvaluationTag(evaluation.callback(), evaluation.at().iteration(), datasetKey);
    EvaluationRequest request =
        new EvaluationRequest(
            tag,
            data().evaluation(datasetKey),
            evaluation.config().batchSize(),
            settings.model(),
            weights(),
            evaluation.processor());
    EvaluationResults results = settings.engine().evaluate(request, settings.progress());
    log.info("{}: {} rows, {}", tag, results.rows(), results.timings());
    return results;
  }

  @Override
  public DataContainer data() {
    return settings.data();
  }

  @Override
  public LogWriter writerFor(String callback) {
    return metrics.writerFor(callback);
  }

  @Override
  public Path folder() {
    return folder;
  }
}
