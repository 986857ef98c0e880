package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static io.ostinato.metric.Direction.HIGHER_IS_BETTER;
import static io.ostinato.metric.Direction.LOWER_IS_BETTER;
import static io.ostinato.metric.Direction.NEUTRAL;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.Callback;
import io.ostinato.describe.Kinds;
import io.ostinato.evaluation.LossParts;
import io.ostinato.evaluation.LossWithParts;
import io.ostinato.loss.OfflineLossCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.metric.Average;
import io.ostinato.metric.Direction;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
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
import io.ostinato.tracking.MetricProperties;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
          Map.entry("roc_auc", List.of(Metrics.rocAuc(), Metrics.rocAuc(10))),
          Map.entry(
              "average_precision",
              List.of(Metrics.averagePrecision(), Metrics.averagePrecision(9))),
          Map.entry("r2", List.of(Metrics.r2())),
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
    assertThat(directions(SCORES)).allSatisfy((key, d) -> assertThat(d).contains(HIGHER_IS_BETTER));
    assertThat(directions(ERRORS)).allSatisfy((key, d) -> assertThat(d).contains(LOWER_IS_BETTER));
    assertThat(direction(MATRIX.name() + "/test")).isEmpty();
    assertThat(direction("rank/test")).as("of an array that may have any name").isEmpty();
  }

  private static Map<String, Optional<Direction>> directions(Map<String, List<Metric<?>>> kinds) {
    Map<String, Optional<Direction>> directions = new TreeMap<>();
    kinds
        .values()
        .forEach(
            all ->
                all.forEach(
                    metric ->
                        directions.put(
                            metric.name(), direction(metric.name() + "/accuracy_and_error"))));
    return directions;
  }

  private static Optional<Direction> direction(String key) {
    return MetricProperties.defaults().direction(key);
  }

  @Test
  void everyKeyThatShippedCallbacksWriteHasItsDirection() {
    Schedule epoch = Schedule.everyNEpochs(1);
    Map<String, Direction> seen =
        directionsIn(
            Trainings.on(manager, folder).loss(Parts::new),
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
