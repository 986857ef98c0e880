package io.ostinato.training;

import ai.djl.nn.Block;
import io.ostinato.callback.CallbackEvaluation;
import io.ostinato.callback.CheckpointRequests;
import io.ostinato.callback.EvaluationsUnderWay;
import io.ostinato.callback.LearningRateControl;
import io.ostinato.callback.MomentMetrics;
import io.ostinato.callback.TrainingContext;
import io.ostinato.callback.UpdateTimings;
import io.ostinato.callback.WeightVariants;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.LossFactory;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.Histogram;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.Picture;
import io.ostinato.tracking.Tracker;
import io.ostinato.tracking.Trackers;
import io.ostinato.training.CallbackRun.Purpose;
import io.ostinato.weights.WeightSnapshot;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of callbacks in a running training: at the present moment, or at a past one while
 * that is completed.
 */
final class RunContext implements TrainingContext {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainingSettings settings;
  private final Block block;
  private final OptimizerState optimizer;
  private final PresentTraining present;
  private final Purpose purpose;
  private final Supplier<Moment> moments;
  private final SharedEvaluations shared =
      new SharedEvaluations(this::evaluateTogether, this::presentManifest);
  private Moment moment;
  private EvaluationsUnderWay underWay = EvaluationsUnderWay.NONE;
  private @Nullable String stopReason;

  /**
   * Creates the context of a training at its present moment.
   *
   * @param moments creates a present moment
   */
  RunContext(
      TrainingSettings settings,
      Block block,
      OptimizerState optimizer,
      PresentTraining present,
      Purpose purpose,
      Supplier<Moment> moments) {
    this.settings = settings;
    this.block = block;
    this.optimizer = optimizer;
    this.present = present;
    this.purpose = purpose;
    this.moments = moments;
    this.moment = moments.get();
  }

  /** The reason to end training, if a callback has requested it. */
  Optional<String> stopReason() {
    return Optional.ofNullable(stopReason);
  }

  /** Goes on as if no callback had requested the end of training. */
  void withdrawStop() {
    stopReason = null;
  }

  /** The moment that callbacks see. */
  Moment moment() {
    return moment;
  }

  /** Begins a new present moment. */
  void begin() {
    moment = moments.get();
  }

  /** Shows callbacks a moment while something is done; then the one before. */
  void during(Moment other, Runnable work) {
    Moment before = moment;
    moment = other;
    try {
      work.run();
    } finally {
      moment = before;
    }
  }

  /** Sets what runs beside training. */
  void isUnderWay(EvaluationsUnderWay evaluations) {
    underWay = evaluations;
  }

  @Override
  public WeightSnapshot weights() {
    return moment.training().weights();
  }

  @Override
  public Optional<WeightSnapshot> weightsOf(String metric) {
    return moment.measured().of(metric);
  }

  /** The evaluations that callbacks will request in the current hook. */
  SharedEvaluations sharedEvaluations() {
    return shared;
  }

  @Override
  public EvaluationResults evaluate(CallbackEvaluation evaluation) {
    EvaluationResults results =
        moment
            .outcomes()
            .take(evaluation)
            .or(() -> shared.find(evaluation))
            .orElseGet(() -> moment.evaluations().alone(weighted(evaluation), settings.progress()));
    moment.measured().evaluated(evaluation.callback(), results.manifest());
    return results;
  }

  private List<EvaluationResults> evaluateTogether(List<CallbackEvaluation> evaluations) {
    return moment
        .evaluations()
        .together(evaluations.stream().map(this::weighted).toList(), settings.progress());
  }

  private MomentEvaluations.Weighted weighted(CallbackEvaluation evaluation) {
    return new MomentEvaluations.Weighted(evaluation, weightsOf(evaluation));
  }

  private WeightSnapshot weightsOf(CallbackEvaluation evaluation) {
    String variant = evaluation.config().weights();
    return variant.isEmpty() ? weights() : variants().get(variant);
  }

  private String presentManifest(CallbackEvaluation evaluation) {
    return weightsOf(evaluation).manifest().hash();
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
    return moment.training().lastLoss();
  }

  @Override
  public Block block() {
    return block;
  }

  @Override
  public WeightVariants variants() {
    return moment.training().variants();
  }

  @Override
  public Map<String, Double> learningRates() {
    return moment.training().learningRates();
  }

  @Override
  public LearningRateControl learningRate() {
    return optimizer.rate();
  }

  @Override
  public UpdateTimings timings() {
    return moment.training().timings();
  }

  @Override
  public EvaluationsUnderWay evaluationsUnderWay() {
    return underWay;
  }

  @Override
  public LogWriter writerFor(String callback) {
    return new MomentWriter(callback);
  }

  /** Writes to the moment that the callback sees. */
  private final class MomentWriter implements LogWriter {
    private final String callback;

    MomentWriter(String callback) {
      this.callback = callback;
    }

    @Override
    public void addScalar(String key, double value) {
      if (!isThereAlready(key, value)) {
        moment.metrics().writerFor(callback).addScalar(key, value);
        moment.measured().wrote(callback, key);
      }
    }

    @Override
    public void addImage(String key, Picture picture) {
      moment.media().writerFor(callback, this::addScalar).addImage(key, picture);
    }

    @Override
    public void addHistogram(String key, Histogram histogram) {
      moment.media().writerFor(callback, this::addScalar).addHistogram(key, histogram);
    }
  }

  /**
   * Whether the same value was already written in an evaluation, which calls all callbacks at one
   * moment, including those with the same metric that are never due together in training.
   */
  private boolean isThereAlready(String key, double value) {
    Double before = purpose == Purpose.EVALUATION ? moment.metrics().values().get(key) : null;
    return before != null && before.equals(value);
  }

  @Override
  public <T extends Tracker> List<T> trackers(Class<T> type) {
    return Trackers.ofType(settings.tracker(), type);
  }

  @Override
  public MomentMetrics metrics() {
    return moment.metricsView();
  }

  @Override
  public MetricProperties metricProperties() {
    return settings.metricProperties();
  }

  @Override
  public CheckpointRequests checkpointsFor(String callback) {
    return moment.checkpoints().of(callback);
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
