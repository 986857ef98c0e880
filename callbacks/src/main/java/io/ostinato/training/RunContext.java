package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.CheckpointRequests;
import io.ostinato.callback.LearningRateControl;
import io.ostinato.callback.MomentMetrics;
import io.ostinato.callback.TrainingContext;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.model.BlockWeights;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.Tracker;
import io.ostinato.tracking.Trackers;
import io.ostinato.training.CallbackRun.Purpose;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The context of callbacks in a running training. */
final class RunContext implements TrainingContext {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Block block;
  private final MetricsLog metrics;
  private final EvaluationEngine engine;
  private final PendingCheckpoints checkpoints;
  private final OptimizerState optimizer;
  private final LastLoss lastLoss;
  private final PendingMedia media = new PendingMedia();
  private final WeightVariants variants = new WeightVariants();
  private final MomentMetrics momentMetrics;
  private final SnapshotTaker taker = new SnapshotTaker();
  private final MeasuredWeights measured = new MeasuredWeights();
  private final Purpose purpose;
  private final EvaluationFailures failures;
  private final SharedEvaluations shared =
      new SharedEvaluations(this::evaluateTogether, this::presentManifest);
  private @Nullable String stopReason;
  private UpdateTimings timings = UpdateTimings.NONE;

  RunContext(
      TrainingSettings settings,
      Block block,
      MetricsLog metrics,
      EvaluationsLog evaluations,
      PendingCheckpoints checkpoints,
      OptimizerState optimizer,
      LastLoss lastLoss,
      Purpose purpose) {
    this.settings = settings;
    this.block = block;
    this.metrics = metrics;
    this.engine = new RecordedEngine(settings.engine(), evaluations);
    this.checkpoints = checkpoints;
    this.optimizer = optimizer;
    this.lastLoss = lastLoss;
    this.purpose = purpose;
    this.failures = new EvaluationFailures(purpose);
    this.momentMetrics = new MomentMetrics(metrics::pending, failures::callbacks);
  }

  /** Called after each update. */
  void updated(UpdateTimings timingsOfUpdate) {
    timings = timingsOfUpdate;
  }

  /** The reason to end training, if a callback has requested it. */
  Optional<String> stopReason() {
    return Optional.ofNullable(stopReason);
  }

  @Override
  public WeightSnapshot weights() {
    return BlockWeights.snapshot(block, taker);
  }

  @Override
  public Optional<WeightSnapshot> weightsOf(String metric) {
    return measured.of(metric);
  }

  /** Ends the current moment. */
  void end(TrainingIteration at) {
    measured.clear();
    media.flush(at, settings.clock().instant(), settings.tracker());
  }

  /** The evaluations that callbacks will request in the current hook. */
  SharedEvaluations sharedEvaluations() {
    return shared;
  }

  @Override
  public EvaluationResults evaluate(CallbackEvaluation evaluation) {
    EvaluationResults results =
        shared
            .find(evaluation)
            .orElseGet(() -> failures.run(request(evaluation), this::evaluateAlone));
    measured.evaluated(evaluation.callback(), results.manifest());
    return results;
  }

  private EvaluationResults evaluateAlone(EvaluationRequest request) {
    return engine.evaluate(request, settings.progress());
  }

  private List<EvaluationResults> evaluateTogether(List<CallbackEvaluation> evaluations) {
    return failures.runTogether(
        evaluations.stream().map(this::request).toList(),
        requests -> engine.evaluateTogether(requests, settings.progress()));
  }

  /** The evaluations that failed at the current moment although training continues. */
  EvaluationFailures failures() {
    return failures;
  }

  private EvaluationRequest request(CallbackEvaluation evaluation) {
    String datasetKey = evaluation.config().datasetKey();
    return new EvaluationRequest(
        new EvaluationTag(evaluation.callback(), evaluation.at().iteration(), datasetKey),
        data().evaluation(datasetKey),
        evaluation.config().batchSize(),
        settings.model(),
        measured.asked(weightsOf(evaluation)),
        evaluation.processor(),
        evaluation.metrics(),
        target(evaluation),
        evaluation.config().selection(),
        evaluation.config().policy());
  }

  private WeightSnapshot weightsOf(CallbackEvaluation evaluation) {
    String variant = evaluation.config().weights();
    return variant.isEmpty() ? weights() : variants.get(variant);
  }

  private String presentManifest(CallbackEvaluation evaluation) {
    return weightsOf(evaluation).manifest().hash();
  }

  /**
   * Replaces earlier results in a training that is resumed or started again, which reaches
   * evaluated moments again.
   */
  private ResultsTarget target(CallbackEvaluation evaluation) {
    ResultsTarget target = evaluation.config().target();
    boolean wasBegun = !settings.resumeFrom().isEmpty() || settings.start().again();
    boolean again = wasBegun && evaluation.at().isScheduled();
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
  public OptionalDouble lastLoss() {
    return lastLoss.value();
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
    return optimizer.learningRates();
  }

  @Override
  public LearningRateControl learningRate() {
    return optimizer.rate();
  }

  @Override
  public UpdateTimings timings() {
    return timings;
  }

  @Override
  public LogWriter writerFor(String callback) {
    LogWriter scalars = metrics.writerFor(callback);
    return media.writerFor(
        callback,
        (key, value) -> {
          if (!isThereAlready(key, value)) {
            scalars.addScalar(key, value);
            measured.wrote(callback, key);
          }
        });
  }

  /**
   * Whether the same value was already written in an evaluation, which calls all callbacks at one
   * moment, including those with the same metric that are never due together in training.
   */
  private boolean isThereAlready(String key, double value) {
    Double before = purpose == Purpose.EVALUATION ? metrics.pending().get(key) : null;
    return before != null && before.equals(value);
  }

  @Override
  public <T extends Tracker> List<T> trackers(Class<T> type) {
    return Trackers.ofType(settings.tracker(), type);
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
  public RunFiles files() {
    return settings.run().files();
  }

  @Override
  public Clock clock() {
    return settings.clock();
  }
}
