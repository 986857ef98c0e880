package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.CheckpointRequests;
import io.ostinato.callback.MomentMetrics;
import io.ostinato.callback.TrainingContext;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.evaluation.BlockWeights;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What callbacks see of a running training. */
final class RunContext implements TrainingContext {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Block block;
  private final MetricsLog metrics;
  private final PendingCheckpoints checkpoints;
  private final Supplier<Map<String, Double>> learningRates;
  private final WeightVariants variants = new WeightVariants();
  private final MomentMetrics momentMetrics;
  private final SnapshotTaker taker = new SnapshotTaker();
  private final SharedEvaluations shared = new SharedEvaluations(this::evaluateTogether);
  private @Nullable WeightSnapshot weights;
  private @Nullable String stopReason;
  private UpdateTimings timings = UpdateTimings.NONE;

  RunContext(
      TrainingSettings settings,
      Block block,
      MetricsLog metrics,
      PendingCheckpoints checkpoints,
      Supplier<Map<String, Double>> learningRates) {
    this.settings = settings;
    this.block = block;
    this.metrics = metrics;
    this.checkpoints = checkpoints;
    this.learningRates = learningRates;
    this.momentMetrics = new MomentMetrics(metrics::pending);
  }

  /** The weights have changed. */
  void updated(UpdateTimings timingsOfUpdate) {
    weights = null;
    timings = timingsOfUpdate;
  }

  /** Why training is to end, if a callback wants that. */
  Optional<String> stopReason() {
    return Optional.ofNullable(stopReason);
  }

  @Override
  public WeightSnapshot weights() {
    WeightSnapshot snapshot = weights;
    if (snapshot == null) {
      snapshot = BlockWeights.snapshot(block, taker);
      weights = snapshot;
    }
    return snapshot;
  }

  /** Evaluations that callbacks will ask for within the hook that begins. */
  SharedEvaluations sharedEvaluations() {
    return shared;
  }

  @Override
  public EvaluationResults evaluate(CallbackEvaluation evaluation) {
    return shared
        .find(evaluation)
        .orElseGet(() -> settings.engine().evaluate(request(evaluation), settings.progress()));
  }

  private List<EvaluationResults> evaluateTogether(List<CallbackEvaluation> evaluations) {
    return settings
        .engine()
        .evaluateTogether(evaluations.stream().map(this::request).toList(), settings.progress());
  }

  private EvaluationRequest request(CallbackEvaluation evaluation) {
    String datasetKey = evaluation.config().datasetKey();
    String variant = evaluation.config().weights();
    return new EvaluationRequest(
        new EvaluationTag(evaluation.callback(), evaluation.at().iteration(), datasetKey),
        data().evaluation(datasetKey),
        evaluation.config().batchSize(),
        settings.model(),
        variant.isEmpty() ? weights() : variants.get(variant),
        evaluation.processor(),
        evaluation.metrics(),
        target(evaluation),
        evaluation.config().selection());
  }

  /** A training that goes on from a checkpoint comes to moments that were evaluated before. */
  private ResultsTarget target(CallbackEvaluation evaluation) {
    ResultsTarget target = evaluation.config().target();
    boolean again = !settings.resumeFrom().isEmpty() && evaluation.at().isScheduled();
    return again ? target.replacing() : target;
  }

  @Override
  public void stop(String reason) {
    if (stopReason == null) {
      log.info("training ends: {}", reason);
      stopReason = reason;
    }
  }

  @Override
  public DataContainer data() {
    return settings.data();
  }

  @Override
  public LossFactory loss() {
    return settings.loss();
  }

  @Override
  public Block block() {
    return block;
  }

  @Override
  public WeightVariants variants() {
    return variants;
  }

  @Override
  public Map<String, Double> learningRates() {
    return learningRates.get();
  }

  @Override
  public UpdateTimings timings() {
    return timings;
  }

  @Override
  public LogWriter writerFor(String callback) {
    return metrics.writerFor(callback);
  }

  @Override
  public MomentMetrics metrics() {
    return momentMetrics;
  }

  @Override
  public MetricProperties metricProperties() {
    return settings.metricProperties();
  }

  @Override
  public CheckpointRequests checkpointsFor(String callback) {
    return checkpoints.of(callback);
  }

  @Override
  public ProgressDisplay progress() {
    return settings.progress();
  }

  @Override
  public Path folder() {
    return settings.folder();
  }

  @Override
  public Clock clock() {
    return settings.clock();
  }
}
