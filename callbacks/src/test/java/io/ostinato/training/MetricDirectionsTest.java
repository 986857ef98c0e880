package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static io.ostinato.metric.Direction.HIGHER_IS_BETTER;
import static io.ostinato.metric.Direction.LOWER_IS_BETTER;
import static io.ostinato.metric.Direction.NEUTRAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.describe.Kinds;
import io.ostinato.evaluation.LossParts;
import io.ostinato.evaluation.LossWithParts;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.metric.Average;
import io.ostinato.metric.ClassMetrics;
import io.ostinato.metric.ClassOutputs;
import io.ostinato.metric.Direction;
import io.ostinato.metric.EmbeddingSearch;
import io.ostinato.metric.MeanState;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.metric.OutputsAverage;
import io.ostinato.metric.RetrievalMetrics;
import io.ostinato.monitor.DatasetStatsCallback;
import io.ostinato.monitor.GradientNormCallback;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.monitor.ParameterCountCallback;
import io.ostinato.monitor.PeakMemoryCallback;
import io.ostinato.monitor.TrackOutputsCallback;
import io.ostinato.monitor.TrainTimeCallback;
import io.ostinato.monitor.WeightNormCallback;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.stopping.MetricEarlyStopper;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.RunSummary;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which values are better, of every metric that ships and every key that shipped callbacks write.
 */
class MetricDirectionsTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  private static final ClassMetrics LABELS =
      Metrics.ofClasses(ClassOutputs.defaults().labelAxis(1));

  private static final RetrievalMetrics RETRIEVAL = Metrics.ofRetrieval(EmbeddingSearch.defaults());

  /** The shipped metrics by the names of their kinds, in two groups. */
  private static final Map<String, List<Metric<?>>> SCORES =
      Map.ofEntries(
          Map.entry("accuracy", List.of(Metrics.accuracy(), Metrics.accuracy().ofOutput("error"))),
          Map.entry("top_k", List.of(Metrics.topK(5))),
          Map.entry("precision", averages(Metrics::precision)),
          Map.entry("recall", averages(Metrics::recall)),
          Map.entry("f1", averages(Metrics::f1)),
          Map.entry("f_beta", averages((c, average) -> Metrics.fBeta(1e-4, c, average))),
          Map.entry("mcc", List.of(Metrics.matthewsCorrelation(2))),
          Map.entry(
              "roc_auc", List.of(Metrics.rocAuc(), Metrics.rocAuc(10), LABELS.rocAucOfLabel(0))),
          Map.entry(
              "average_precision",
              List.of(
                  Metrics.averagePrecision(),
                  Metrics.averagePrecision(9),
                  LABELS.averagePrecision(Average.WEIGHTED))),
          Map.entry("exact_match", List.of(LABELS.exactMatch())),
          Map.entry("iou", List.of(LABELS.iouOfClass(1, 2))),
          Map.entry("mean_iou", List.of(LABELS.meanIou(2))),
          Map.entry("recall_at_k", List.of(RETRIEVAL.recallAt(5))),
          Map.entry("hit_rate_at_k", List.of(RETRIEVAL.hitRateAt(5))),
          Map.entry("mrr", List.of(RETRIEVAL.meanReciprocalRank())),
          Map.entry(
              "r2",
              List.of(
                  Metrics.r2(),
                  Metrics.ofRegression().r2(OutputsAverage.UNIFORM_AVERAGE),
                  Metrics.ofRegression().r2(OutputsAverage.VARIANCE_WEIGHTED))),
          Map.entry("pearson", List.of(Metrics.pearson())));

  private static final Map<String, List<Metric<?>>> ERRORS =
      Map.ofEntries(
          Map.entry("log_loss", List.of(Metrics.logLoss(OutputKind.LOGITS))),
          Map.entry("cross_entropy", List.of(Metrics.crossEntropy())),
          Map.entry("perplexity", List.of(Metrics.perplexity())),
          Map.entry("brier", List.of(Metrics.brier(OutputKind.PROBABILITIES))),
          Map.entry("calibration_error", List.of(Metrics.calibrationError(OutputKind.LOGITS, 9))),
          Map.entry("mse", List.of(Metrics.mse(), Metrics.mse().ofOutput("accuracy"))),
          Map.entry("rmse", List.of(Metrics.rmse())),
          Map.entry("mae", List.of(Metrics.mae())),
          Map.entry("mape", List.of(Metrics.mape())),
          Map.entry("error_quantile", List.of(Metrics.errorQuantile(0.95))),
          Map.entry("relative_l2", List.of(Metrics.relativeL2())));

  private static final Metric<?> MATRIX = Metrics.confusionMatrix(2);

  /** Makes a metric of two classes. */
  private interface Averaged {
    Metric<?> of(int classes, Average average);
  }

  private static List<Metric<?>> averages(Averaged metric) {
    return Set.of(Average.values()).stream()
        .<Metric<?>>map(average -> metric.of(2, average))
        .collect(Collectors.toList());
  }

  @Test
  void everyShippedMetricHasItsDirection() {
    Set<String> kinds = new TreeSet<>(SCORES.keySet());
    kinds.addAll(ERRORS.keySet());
    kinds.add(MATRIX.name());
    assertThat(kinds).containsExactlyInAnyOrderElementsOf(Kinds.of(Metric.class).names());
    SCORES.values().stream()
        .flatMap(List::stream)
        .forEach(one -> assertSays(one, HIGHER_IS_BETTER));
    ERRORS.values().stream().flatMap(List::stream).forEach(one -> assertSays(one, LOWER_IS_BETTER));
    assertThat(MATRIX.direction()).as("its number is the accuracy").contains(HIGHER_IS_BETTER);
    assertThat(Metrics.mean("loss").direction()).as("an array of any meaning").isEmpty();
    assertThat(Metrics.weightedMean("loss", "rows").direction()).isEmpty();
  }

  /** The metric says so itself, and so does its key in files of runs. */
  private static void assertSays(Metric<?> metric, Direction direction) {
    assertThat(metric.direction()).as(metric.name()).contains(direction);
    assertThat(MetricProperties.defaults().direction(metric.name() + "/accuracy_and_error"))
        .as(metric.name())
        .contains(direction);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyKeyThatShippedCallbacksWriteHasItsDirection(boolean byTheKeyToo) {
    MetricProperties properties =
        byTheKeyToo ? MetricProperties.defaults() : MetricProperties.none();
    Schedule epoch = Schedule.everyNEpochs(1);
    Map<String, Direction> seen =
        directionsIn(
            Trainings.on(manager, folder).metricProperties(properties).loss(Parts::new),
            new EmaCallback(new EmaCallback.Config(List.of(0.9))),
            new OfflineLossCallback(OfflineLossCallback.Config.of(every(epoch))),
            new OnlineLossCallback(OnlineLossCallback.Config.defaults()),
            new MetricCallback(
                MetricCallback.Config.of(
                    every(epoch).named("mae"),
                    Metrics.accuracy(),
                    Metrics.crossEntropy().ofOutput("0"))),
            new MetricCallback(
                MetricCallback.Config.of(
                    every(epoch).weights("ema=0.9"), Metrics.f1(3, Average.MACRO))),
            new BestMetricCallback(
                BestMetricCallback.Config.of(
                    "accuracy/mae", "loss/test/total", "accuracy/mae", "weight/norm/all")),
            new BestMetricCallback(
                BestMetricCallback.Config.of("loss/test/total", "f1_macro/test.ema=0.9")),
            new GradientNormCallback(GradientNormCallback.Config.defaults().parameters("*weight")),
            new WeightNormCallback(WeightNormCallback.Config.defaults().parameters("*weight")),
            new LearningRateCallback(LearningRateCallback.Config.defaults()),
            new DatasetStatsCallback(DatasetStatsCallback.Config.defaults()),
            new ParameterCountCallback(new ParameterCountCallback.Config("accuracy")),
            new PeakMemoryCallback(PeakMemoryCallback.Config.defaults()),
            new TrainTimeCallback(TrainTimeCallback.Config.defaults()),
            new TrackOutputsCallback(TrackOutputsCallback.Config.defaults()));
    Map<String, Direction> quality =
        Map.ofEntries(
            Map.entry("loss/test/total", LOWER_IS_BETTER),
            Map.entry("loss/test/accuracy", LOWER_IS_BETTER),
            Map.entry("loss/test/zeta", LOWER_IS_BETTER),
            Map.entry("lossdiff/test/total", LOWER_IS_BETTER),
            Map.entry("lossdiff/test/accuracy", LOWER_IS_BETTER),
            Map.entry("lossdiff/test/zeta", LOWER_IS_BETTER),
            Map.entry("loss/online/total/E1", LOWER_IS_BETTER),
            Map.entry("loss/online/accuracy/E1", LOWER_IS_BETTER),
            Map.entry("loss/online/zeta/E1", LOWER_IS_BETTER),
            Map.entry("accuracy/mae", HIGHER_IS_BETTER),
            Map.entry("cross_entropy.0/mae", LOWER_IS_BETTER),
            Map.entry("f1_macro/test.ema=0.9", HIGHER_IS_BETTER),
            Map.entry("loss/test/total/at_best/accuracy/mae", LOWER_IS_BETTER),
            Map.entry("accuracy/mae/at_best/accuracy/mae", HIGHER_IS_BETTER),
            Map.entry("f1_macro/test.ema=0.9/at_best/loss/test/total", HIGHER_IS_BETTER));
    assertThat(seen).containsAllEntriesOf(quality);
    seen.keySet().removeAll(quality.keySet());
    assertThat(seen)
        .containsKeys(
            "optim/lr/all",
            "train_time/step/max/E1",
            "param_count/accuracy/trainable",
            "ds_stats/test/len",
            "peak_memory/heap",
            "outputs/0/mean/E1",
            "gradient/near_zero/all",
            "weight/norm/all",
            "weight/norm/all/at_best/accuracy/mae")
        .allSatisfy((key, direction) -> assertThat(direction).as(key).isEqualTo(NEUTRAL))
        .hasSizeGreaterThan(20);
  }

  @Test
  void aUsersMetricIsDecidedByAsItSaysItself() {
    TrainingLoopBuilder builder =
        Trainings.on(manager, folder)
            .callback(
                measuring(
                    new Told("speed", HIGHER_IS_BETTER),
                    new Told("my_loss", HIGHER_IS_BETTER),
                    new Told("accuracy", LOWER_IS_BETTER),
                    new Told("regret", HIGHER_IS_BETTER)))
            .metricProperties(MetricProperties.defaults().lowerIsBetter("regret/*"));
    for (String metric : List.of("speed", "my_loss", "accuracy", "regret")) {
      builder.callback(
          new BestCheckpointCallback(BestCheckpointCallback.Config.of(metric + "/test")));
    }
    TrainingResult result = builder.length(TrainingLength.epochs(3)).build().run();
    Map<String, RunSummary.Value> best = result.summary().best();
    List<Double> values = values("speed/test");
    double highest = Collections.max(values);
    double lowest = Collections.min(values);
    assertThat(lowest).isLessThan(highest);
    assertThat(best.get("speed/test")).extracting(RunSummary.Value::value).isEqualTo(highest);
    assertThat(best.get("my_loss/test"))
        .as("whatever the name looks like")
        .extracting(RunSummary.Value::value)
        .isEqualTo(highest);
    assertThat(best.get("accuracy/test")).extracting(RunSummary.Value::value).isEqualTo(lowest);
    assertThat(best.get("regret/test"))
        .as("what the user declares comes first")
        .extracting(RunSummary.Value::value)
        .isEqualTo(lowest);
    Checkpoints kept = Checkpoints.in(LocalRunFiles.in(folder.resolve("run/checkpoints")));
    best.forEach(
        (key, value) ->
            assertThat(kept.load("best_model." + key.replace('/', '.')).iteration())
                .as(key)
                .isEqualTo(value.iteration()));
  }

  @Test
  void aMetricThatIsNeutralOrSaysNothingDecidesNothing() {
    TrainingLoopBuilder builder =
        Trainings.on(manager, folder)
            .callback(measuring(new Told("accuracy", NEUTRAL), new Told("zeta", null)))
            .callback(new BestMetricCallback(BestMetricCallback.Config.of("accuracy/test", "zeta")))
            .callback(new MetricEarlyStopper(MetricEarlyStopper.Config.of("zeta/test", 1)))
            .length(TrainingLength.epochs(1));
    assertThatThrownBy(builder::build)
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("decides by the metric 'accuracy/test', which is neutral; declare it")
        .hasMessageContaining(
            "decides by the metric 'zeta/test', of which it isn't known whether it is better when"
                + " higher or when lower; declare it");
    builder
        .metricProperties(
            MetricProperties.defaults().higherIsBetter("accuracy/*").lowerIsBetter("zeta/*"))
        .build();
  }

  @Test
  void aMetricOfAnotherOutputHasTheDirectionOfTheMetric() {
    assertThat(new Told("speed", HIGHER_IS_BETTER).ofOutput("error").direction())
        .contains(HIGHER_IS_BETTER);
    assertThat(new Told("speed", null).ofOutput("error").direction()).isEmpty();
  }

  private static MetricCallback measuring(Metric<?>... metrics) {
    return new MetricCallback(MetricCallback.Config.of(every(Schedule.everyNEpochs(1)), metrics));
  }

  private List<Double> values(String key) {
    return MetricsFile.read(folder.resolve("run/metrics.jsonl")).stream()
        .map(record -> Objects.requireNonNull(record.metrics().get(key)))
        .toList();
  }

  /** As a user writes it: the cross entropy under another name, which may say a direction. */
  private record Told(String name, @Nullable Direction better) implements Metric<MeanState> {
    @Override
    public Optional<Direction> direction() {
      return Optional.ofNullable(better);
    }

    @Override
    public MeanState zero() {
      return Metrics.crossEntropy().zero();
    }

    @Override
    public MeanState update(MeanState state, MetricBatch batch) {
      return Metrics.crossEntropy().update(state, batch);
    }

    @Override
    public MeanState merge(MeanState left, MeanState right) {
      return Metrics.crossEntropy().merge(left, right);
    }

    @Override
    public double result(MeanState state) {
      return Metrics.crossEntropy().result(state);
    }
  }

  /** What a training knows of the metrics that it has written; all must be known. */
  private static Map<String, Direction> directionsIn(
      TrainingLoopBuilder builder, Callback... callbacks) {
    Looking looking = new Looking();
    builder.length(TrainingLength.epochs(1)).callback(looking);
    List.of(callbacks).forEach(builder::callback);
    TrainingLoop training = builder.build();
    training.run();
    Map<String, Direction> directions = new LinkedHashMap<>();
    Trainings.records(training).stream()
        .flatMap(record -> record.metrics().keySet().stream())
        .forEach(key -> directions.put(key, looking.properties.direction(key).orElseThrow()));
    return directions;
  }

  /** Keeps what its context says. */
  private static final class Looking extends Callback {
    private static final long serialVersionUID = 1;
    private transient MetricProperties properties = MetricProperties.none();

    @Override
    protected void attached() {
      properties = context().metricProperties();
    }
  }

  /** Two parts, of which one is named as a score is. */
  private static final class Parts extends LossWithParts {
    Parts() {
      super("Parts");
    }

    @Override
    public LossParts evaluateParts(NDList labels, NDList predictions) {
      NDArray loss = Loss.softmaxCrossEntropyLoss().evaluate(labels, predictions);
      return LossParts.sumOf(Map.of("accuracy", loss, "zeta", loss.mul(0)));
    }
  }
}
