package io.ostinato.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import io.ostinato.metric.MetricCases.Case;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MetricsTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  static Stream<Case> cases() {
    return MetricCases.all().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void valuesAreThoseOfOtherLibraries(Case one) {
    MetricStates states = MetricStates.zero(List.of(one.metric()));
    states.update(one.rows(manager, 0, one.rows()));
    assertThat(result(states))
        .isCloseTo(one.expected(), within(one.relativeTolerance() * Math.abs(one.expected())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void neitherBatchesNorTheOrderOfMergingChangeABit(Case one) throws Exception {
    MetricStates whole = MetricStates.zero(List.of(one.metric()));
    whole.update(one.rows(manager, 0, one.rows()));
    long expected = Double.doubleToLongBits(result(whole));
    Random random = new Random(one.toString().hashCode());
    for (int run = 0; run < 5; run++) {
      assertThat(Double.doubleToLongBits(result(anyTree(one, random)))).isEqualTo(expected);
    }
  }

  /** Random batches in random partitions, merged in a random tree after travelling as bytes. */
  private MetricStates anyTree(Case one, Random random) throws Exception {
    List<MetricStates> states = new ArrayList<>();
    states.add(MetricStates.zero(List.of(one.metric())));
    for (int from = 0; from < one.rows(); ) {
      int to = Math.min(one.rows(), from + 1 + random.nextInt(9));
      MetricStates partition = states.get(random.nextInt(states.size()));
      if (random.nextInt(3) == 0) {
        partition = MetricStates.zero(List.of(one.metric()));
        states.add(partition);
      }
      partition.update(one.rows(manager, from, to));
      from = to;
    }
    Collections.shuffle(states, random);
    while (states.size() > 1) {
      MetricStates left = states.remove(random.nextInt(states.size()));
      MetricStates right = states.remove(random.nextInt(states.size()));
      states.add(travelled(left).merge(travelled(right)));
    }
    return states.get(0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void noRowsGiveNaNAndAddNothing(Case one) {
    MetricStates empty = MetricStates.zero(List.of(one.metric()));
    assertThat(result(empty)).isNaN();
    MetricStates whole = MetricStates.zero(List.of(one.metric()));
    whole.update(one.rows(manager, 0, one.rows()));
    double expected = result(whole);
    whole.merge(empty);
    assertThat(result(whole)).isEqualTo(expected);
    empty.merge(whole);
    assertThat(result(empty)).isEqualTo(expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void nothingNativeIsLeftBehind(Case one) {
    try (NDManager scope = manager.newSubManager()) {
      NDList rows = one.rows(scope, 0, one.rows());
      int before = scope.getManagedArrays().size();
      MetricStates states = MetricStates.zero(List.of(one.metric()));
      states.update(rows);
      assertThat(scope.getManagedArrays()).hasSize(before);
      assertThat(rows.get(0).isReleased()).isFalse();
    }
  }

  @Test
  void nanIsNotHidden() {
    NDList regression = batch(new double[] {1, Double.NaN}, new double[] {1, 2}, new Shape(2));
    for (Metric<?> metric :
        List.of(
            Metrics.mse(),
            Metrics.mae(),
            Metrics.mape(),
            Metrics.r2(),
            Metrics.pearson(),
            Metrics.relativeL2(),
            Metrics.errorQuantile(0.5))) {
      assertThat(result(MetricStates.zero(List.of(metric)).update(regression)))
          .as(metric.name())
          .isNaN();
    }
    NDList scores =
        batch(new double[] {0.1, Double.NaN, 0.3}, new double[] {0, 1, 1}, new Shape(3));
    assertThat(result(MetricStates.zero(List.of(Metrics.rocAuc())).update(scores))).isNaN();
    assertThat(result(MetricStates.zero(List.of(Metrics.averagePrecision())).update(scores)))
        .isNaN();
  }

  @Test
  void whereOnlyTheOrderCountsNaNIsTheHighest() {
    double nan = Double.NaN;
    // The first row is a hit by its NaN, the second is missed by it, the third is a miss.
    NDList classes = classes(new double[] {0.7, nan, nan, 0.6, 0.4, 0.6}, 2, 1, 1, 0);
    double third = 1.0 / 3;
    assertThat(result(MetricStates.zero(List.of(Metrics.accuracy())).update(classes)))
        .isEqualTo(third);
    assertThat(result(MetricStates.zero(List.of(Metrics.confusionMatrix(2))).update(classes)))
        .isEqualTo(third);
    assertThat(result(MetricStates.zero(List.of(Metrics.f1(2, Average.MICRO))).update(classes)))
        .isEqualTo(third);
    assertThat(result(MetricStates.zero(List.of(Metrics.topK(1))).update(classes)))
        .as("a target whose own output is NaN is missed")
        .isEqualTo(0);
    for (OutputKind kind : OutputKind.values()) {
      for (Metric<?> metric :
          List.of(Metrics.brier(kind), Metrics.logLoss(kind), Metrics.calibrationError(kind, 5))) {
        assertThat(result(MetricStates.zero(List.of(metric)).update(classes)))
            .as("%s of %s", metric.name(), kind)
            .isNaN();
      }
    }
  }

  @Test
  void aBinOfConfidencesHasItsUpperBound() {
    // Two rows of confidence 0.5, hit, and two of 0.75, missed. In bins of (0, 0.5] and (0.5, 1]
    // they are told apart; were 0.5 in the upper bin, the error would be |2 - 2.5| / 4.
    NDList rows = classes(new double[] {0.5, 0.5, 0.5, 0.5, 0.75, 0.25, 0.75, 0.25}, 2, 0, 0, 1, 1);
    double expected = (Math.abs(2 - (0.5 + 0.5)) + Math.abs(0 - (0.75 + 0.75))) / 4;
    Metric<?> metric = Metrics.calibrationError(OutputKind.PROBABILITIES, 2);
    assertThat(result(MetricStates.zero(List.of(metric)).update(rows))).isEqualTo(expected);
    NDList zero = classes(new double[] {0, 0}, 2, 1);
    assertThat(result(MetricStates.zero(List.of(metric)).update(zero)))
        .as("0 is in the first bin")
        .isZero();
  }

  private NDList classes(double[] outputs, int classes, long... targets) {
    return named(
        manager.create(outputs, new Shape(outputs.length / classes, classes)),
        manager.create(targets));
  }

  @Test
  void edgesAreAsDocumented() {
    NDList oneClass = batch(new double[] {0.1, 0.4}, new double[] {1, 1}, new Shape(2));
    assertThat(result(MetricStates.zero(List.of(Metrics.rocAuc())).update(oneClass))).isNaN();
    NDList same = batch(new double[] {1, 2}, new double[] {3, 3}, new Shape(2));
    assertThat(result(MetricStates.zero(List.of(Metrics.r2())).update(same))).isNaN();
    assertThat(result(MetricStates.zero(List.of(Metrics.pearson())).update(same))).isNaN();
    NDList zero = batch(new double[] {0, 0, 1, 1}, new double[] {0, 0, 0, 0}, new Shape(2, 2));
    assertThat(result(MetricStates.zero(List.of(Metrics.relativeL2())).update(zero)))
        .isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(result(MetricStates.zero(List.of(Metrics.mape())).update(same)))
        .isCloseTo((2.0 / 3 + 1.0 / 3) / 2, within(1e-15));
  }

  @Test
  void halfAndSinglePrecisionOutputsAndNarrowTargetsAreTaken() {
    for (DataType type : List.of(DataType.FLOAT16, DataType.FLOAT32, DataType.FLOAT64)) {
      NDArray outputs =
          manager.create(new float[] {1, 2, 4, 3}, new Shape(2, 2)).toType(type, true);
      NDArray targets = manager.create(new int[] {1, 1}, new Shape(2, 1));
      assertThat(
              result(
                  MetricStates.zero(List.of(Metrics.accuracy())).update(named(outputs, targets))))
          .isEqualTo(0.5);
    }
  }

  @Test
  void aMeanOfMeansIsWeightedByRows() {
    NDArray means = manager.create(new float[] {1, 4});
    means.setName("loss");
    NDArray rows = manager.create(new long[] {3, 1});
    rows.setName("rows");
    MetricStates states =
        MetricStates.zero(List.of(Metrics.mean("loss"))).update(new NDList(means, rows));
    assertThat(result(states)).isEqualTo(2.5);
    MetricStates weighted =
        MetricStates.zero(List.of(Metrics.weightedMean("loss", "rows")))
            .update(new NDList(means, rows));
    assertThat(result(weighted)).isEqualTo(1.75);
  }

  @Test
  void theConfusionMatrixHasItsCounts() {
    NDArray outputs = manager.create(new float[] {1, 0, 1, 0, 0, 1}, new Shape(3, 2));
    NDArray targets = manager.create(new long[] {0, 1, 1});
    MetricStates states =
        MetricStates.zero(List.of(Metrics.confusionMatrix(2))).update(named(outputs, targets));
    ConfusionCounts counts = (ConfusionCounts) states.state("confusion_matrix");
    assertThat(counts.count(0, 0)).isEqualTo(1);
    assertThat(counts.count(1, 0)).isEqualTo(1);
    assertThat(counts.count(1, 1)).isEqualTo(1);
    assertThat(counts.count(0, 1)).isZero();
    assertThatThrownBy(() -> states.state("other"))
        .hasMessage("there is no metric 'other'; there are: confusion_matrix");
  }

  @Test
  void wrongInputIsRefusedSayingWhatIsNeeded() {
    NDList classes =
        named(
            manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2)),
            manager.create(new long[] {0, 2}));
    refused(
        Metrics.accuracy(),
        classes,
        "the target 2 is not one of the 2 classes of the outputs, 0 to");
    NDList ragged =
        named(
            manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2)),
            manager.create(new long[] {0, 1, 1}));
    refused(
        Metrics.accuracy(),
        ragged,
        "and a target for each position, (rows) or (rows, ...); given: outputs (2, 2) and targets (3)");
    NDList fraction =
        named(
            manager.create(new float[] {1, 0}, new Shape(1, 2)),
            manager.create(new float[] {0.5f}));
    refused(Metrics.accuracy(), fraction, "the target 0.5 is not a whole number");
    NDList good =
        named(manager.create(new float[] {1, 0}, new Shape(1, 2)), manager.create(new long[] {0}));
    refused(Metrics.topK(3), good, "top_3_accuracy needs at least 3 classes; the outputs have 2");
    refused(
        Metrics.f1(3, Average.MACRO), good, "this metric is for 3 classes, but the outputs have 2");
    refused(Metrics.mse(), good, "the same shape; given: (1, 2) and (1)");
    refused(
        Metrics.perplexity(),
        named(good.get(0), manager.create(new long[] {5})),
        "the target 5 is not one of the 2 classes of the outputs");
    refused(
        Metrics.rocAuc(),
        named(manager.create(new float[3], new Shape(1, 3)), good.get(1)),
        "given: (1, 3)");
    refused(
        Metrics.rocAuc(10),
        batch(new double[] {1.5}, new double[] {1}, new Shape(1)),
        "must be probabilities from 0 to 1; given: 1.5");
    for (Metric<?> metric :
        List.of(
            Metrics.logLoss(OutputKind.PROBABILITIES),
            Metrics.brier(OutputKind.PROBABILITIES),
            Metrics.calibrationError(OutputKind.PROBABILITIES, 5))) {
      refused(
          metric,
          classes(new double[] {0.4, 0.6, 0.5, -0.5}, 2, 0, 0),
          "a probability must be from 0 to 1; given: -0.5; are the outputs logits?");
      refused(metric, classes(new double[] {0.4, 1.5}, 2, 0), "given: 1.5");
      assertThat(
              result(
                  MetricStates.zero(List.of(metric))
                      .update(classes(new double[] {1 + 1e-7, -1e-7}, 2, 0))))
          .as("%s: rounding is no mistake", metric.name())
          .isZero();
    }
    refused(
        Metrics.mean("loss"),
        good,
        "a metric needs the array 'loss'; the batch has: outputs, targets");
    assertRefused(() -> Metrics.topK(0), "top_k needs a k of at least 1; given: 0");
    assertRefused(() -> Metrics.fBeta(0, 2, Average.MICRO), "beta must be a finite number above 0");
    assertRefused(() -> Metrics.f1(3, Average.BINARY), "the binary f1 needs 2 classes; given: 3");
    assertRefused(() -> Metrics.confusionMatrix(1), "needs at least 2 classes; given: 1");
    assertRefused(() -> Metrics.rocAuc(0), "a metric needs at least 1 bin; given: 0");
    assertRefused(() -> Metrics.calibrationError(OutputKind.LOGITS, 0), "at least 1 bin; given: 0");
    assertRefused(() -> Metrics.errorQuantile(95), "a quantile must be from 0 to 1; given: 95");
    assertRefused(
        () -> MetricStates.zero(List.of(Metrics.mse(), Metrics.mse())),
        "two metrics are named 'mse'");
    assertRefused(
        () ->
            MetricStates.zero(List.of(Metrics.mse()))
                .merge(MetricStates.zero(List.of(Metrics.mae()))),
        "states of [mse] can't be merged with states of [mae]");
  }

  private void refused(Metric<?> metric, NDList batch, String message) {
    assertRefused(() -> MetricStates.zero(List.of(metric)).update(batch), message);
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aShapeThatDoesNotSayWhereTheClassesAreIsRefused() {
    NDList square = shaped(new Shape(2, 3, 3), new Shape(2, 3));
    refused(
        Metrics.accuracy(),
        square,
        "the classes of the outputs (2, 3, 3) may be in dimension 1 or 2, since the targets are"
            + " (2, 3); set class_axis=1 or class_axis=2");
    assertThat(result(MetricStates.zero(List.of(Metrics.perplexity())).update(square)))
        .as("perplexity has its classes last")
        .isCloseTo(3, within(1e-12));
    NDList same = shaped(new Shape(2, 3), new Shape(2, 3));
    refused(
        Metrics.crossEntropy(),
        same,
        "outputs and targets have the same shape, (2, 3), so the dimension of classes is unknown;"
            + " if the targets are one-hot, set it, as in class_axis=1; if they are multi-label,"
            + " with a 0 or 1 for each label, set label_axis=1; if each number is an output for two"
            + " classes, set class_axis=0");
    refused(
        Metrics.ofClasses(ClassOutputs.defaults().classAxis(1)).accuracy(),
        same,
        "must be one-hot, a single 1 among zeros; given: [0.0, 0.0, 0.0]");
    for (int axis : new int[] {2, -2, 5}) {
      refused(
          Metrics.ofClasses(ClassOutputs.defaults().classAxis(axis)).accuracy(),
          same,
          "class_axis=%s can't be the dimension of classes of the outputs (2, 3); expected 1 to 1"
              .formatted(axis));
    }
    refused(
        Metrics.ofClasses(ClassOutputs.defaults().classAxis(1)).accuracy(),
        shaped(new Shape(2, 3, 4), new Shape(2, 3)),
        "given: outputs (2, 3, 4) and targets (2, 3)");
    refused(
        Metrics.accuracy(),
        shaped(new Shape(6, 3), new Shape(2, 3)),
        "given: outputs (6, 3) and targets (2, 3)");
  }

  @Test
  void outputsOfOneColumnThatMayBeProbabilitiesAreNotTakenForLogits() {
    NDList some = batch(new double[] {0.4, 0.9}, new double[] {0, 1}, new Shape(2, 1));
    NDList logits = batch(new double[] {-0.1}, new double[] {1}, new Shape(1, 1));
    String reason =
        "all outputs, of one column, are from 0 to 1, so they may be logits or probabilities; set"
            + " outputs=logits or outputs=probabilities";
    ClassMetrics unsaid = Metrics.ofClasses(ClassOutputs.defaults());
    for (Metric<?> metric :
        List.of(
            unsaid.accuracy(),
            unsaid.topK(1),
            unsaid.f1(2, Average.BINARY),
            unsaid.matthewsCorrelation(2),
            unsaid.logLoss(),
            unsaid.brier(),
            unsaid.calibrationError(5))) {
      MetricStates states = MetricStates.zero(List.of(metric)).update(some);
      List<String> lines = LogLines.of(() -> assertThat(result(states)).as(metric.name()).isNaN());
      assertThat(lines).hasSize(1);
      assertThat(lines.get(0))
          .contains("WARN")
          .endsWith("the metric '%s' is NaN: %s".formatted(metric.name(), reason));
      states.merge(MetricStates.zero(List.of(metric)).update(logits));
      assertThat(LogLines.of(() -> assertThat(result(states)).as(metric.name()).isNotNaN()))
          .isEmpty();
    }
    for (OutputKind kind : OutputKind.values()) {
      Metric<?> said = Metrics.ofClasses(ClassOutputs.defaults().kind(kind)).accuracy();
      assertThat(result(MetricStates.zero(List.of(said)).update(some)))
          .isEqualTo(kind == OutputKind.LOGITS ? 0.5 : 1);
    }
    NDList alike = batch(new double[] {0, 1, 0.7}, new double[] {0, 1, 0}, new Shape(3, 1));
    assertThat(result(MetricStates.zero(List.of(Metrics.accuracy())).update(alike)))
        .as("predictions that are the same either way")
        .isEqualTo(2.0 / 3);
  }

  @Test
  void whatRoundingDoesToOneProbabilityMakesItNoLogit() {
    for (double rounded : new double[] {1.0000001, -1e-8}) {
      NDList batch =
          batch(new double[] {0.2, 0.9, rounded}, new double[] {0, 1, 1}, new Shape(3, 1));
      for (Metric<?> metric :
          List.of(
              Metrics.accuracy(), Metrics.f1(2, Average.MACRO), Metrics.brier(OutputKind.LOGITS))) {
        boolean isSaid = metric.name().equals("brier");
        assertThat(result(MetricStates.zero(List.of(metric)).update(batch)))
            .as("%s with %s", metric.name(), rounded)
            .satisfies(value -> assertThat(Double.isNaN(value)).isEqualTo(!isSaid));
      }
      assertThat(result(MetricStates.zero(List.of(Metrics.rocAuc(10))).update(batch)))
          .as("bins take what rounding did to %s", rounded)
          .isEqualTo(rounded > 1 ? 1 : 0.5);
    }
    NDList logits = batch(new double[] {0.2, 0.9, -1e-3}, new double[] {0, 1, 1}, new Shape(3, 1));
    assertThat(result(MetricStates.zero(List.of(Metrics.accuracy())).update(logits)))
        .isEqualTo(1.0 / 3);
  }

  @Test
  void rowsThatLookLikeProbabilitiesAreWarnedOfOnceWhereTheyAreTakenForLogits() {
    NDArray targets = manager.create(new long[] {0, 2, 1});
    NDArray softmax = manager.randomNormal(new Shape(3, 3)).softmax(1);
    ClassMetrics unsaid = Metrics.ofClasses(ClassOutputs.defaults());
    List<Metric<?>> metrics =
        List.of(unsaid.accuracy(), unsaid.logLoss(), unsaid.brier(), unsaid.calibrationError(5));
    MetricStates states = MetricStates.zero(metrics);
    for (int row = 0; row < 3; row++) {
      NDArray half = softmax.get(row + ":" + (row + 1)).toType(DataType.FLOAT16, true);
      states.merge(
          MetricStates.zero(metrics).update(named(half, targets.get(row + ":" + (row + 1)))));
    }
    Map<String, Double> results = new LinkedHashMap<>();
    List<String> logged =
        LogLines.of(
            () -> {
              results.putAll(states.results());
              states.results();
            });
    assertThat(logged)
        .singleElement()
        .asString()
        .endsWith(
            "the metrics 'log_loss', 'brier', 'calibration_error' are possibly wrong: the outputs of"
                + " each row are from 0 to 1 and sum to 1, as probabilities do, but were treated as"
                + " logits; set outputs=probabilities or outputs=logits"
                + " (cross_entropy and perplexity are for logits only; log_loss is for either)");
    NDList batch = named(softmax, targets);
    assertThat(results.get("log_loss"))
        .as("the number of logits")
        .isCloseTo(
            result(MetricStates.zero(List.of(Metrics.logLoss(OutputKind.LOGITS))).update(batch)),
            within(1e-3));
    assertThat(warnings(Metrics.crossEntropy(), batch)).hasSize(1);
    for (OutputKind kind : OutputKind.values()) {
      assertThat(warnings(Metrics.logLoss(kind), batch)).as("said: %s", kind).isEmpty();
    }
    NDList logits =
        named(
            manager.create(new double[] {0.5, 0.25, 0.25, 0.2, 0.3, 0.4}, new Shape(2, 3)),
            targets.get("0:2"));
    assertThat(warnings(unsaid.logLoss(), logits)).as("a row that sums to 0.9").isEmpty();
    NDList negative =
        named(
            manager.create(new double[] {0.5, 0.25, 0.25, 1.2, -0.4, 0.2}, new Shape(2, 3)),
            targets.get("0:2"));
    assertThat(warnings(unsaid.logLoss(), negative)).isEmpty();
  }

  private static List<String> warnings(Metric<?> metric, NDList batch) {
    return LogLines.of(() -> MetricStates.zero(List.of(metric)).update(batch).results());
  }

  @Test
  void labelsAreNotTakenForScores() {
    NDList labels = named(manager.create(new long[] {0, 2}), manager.create(new long[] {0, 1}));
    refused(
        Metrics.accuracy(),
        labels,
        "given: the whole number 2, which looks like a class label; choose an output with a score"
            + " for each class");
    NDList binary =
        named(manager.create(new long[] {0, 1, 1}), manager.create(new long[] {0, 1, 0}));
    assertThat(result(MetricStates.zero(List.of(Metrics.accuracy())).update(binary)))
        .isEqualTo(2.0 / 3);
    refused(
        Metrics.accuracy(),
        batch(new double[] {-3, 2}, new double[] {-1, 1}, new Shape(2, 1)),
        "the target -1 must be 0 or 1, the two classes of outputs of one column");
  }

  @Test
  void targetsOfAnyTypeOfNumbersAreTaken() {
    for (DataType type :
        List.of(
            DataType.UINT8,
            DataType.INT8,
            DataType.INT32,
            DataType.INT64,
            DataType.BOOLEAN,
            DataType.FLOAT16,
            DataType.FLOAT32,
            DataType.FLOAT64)) {
      NDArray targets = manager.create(new int[] {1, 0, 1}).toType(type, true);
      NDArray outputs = manager.create(new float[] {2, -1, -3}, new Shape(3, 1));
      assertThat(
              result(
                  MetricStates.zero(List.of(Metrics.accuracy())).update(named(outputs, targets))))
          .as(type.toString())
          .isEqualTo(2.0 / 3);
    }
  }

  @Test
  void halfPrecisionGivesWhatItsValuesGiveInSinglePrecision() {
    NDArray half = manager.randomNormal(new Shape(50, 4)).toType(DataType.FLOAT16, true);
    NDArray single = half.toType(DataType.FLOAT32, true);
    NDArray targets = manager.arange(50).toType(DataType.INT64, true).mod(4);
    for (Metric<?> metric :
        List.of(
            Metrics.accuracy(),
            Metrics.crossEntropy(),
            Metrics.brier(OutputKind.LOGITS),
            Metrics.calibrationError(OutputKind.LOGITS, 10))) {
      assertThat(result(MetricStates.zero(List.of(metric)).update(named(half, targets))))
          .isEqualTo(result(MetricStates.zero(List.of(metric)).update(named(single, targets))));
    }
  }

  @Test
  void ofTwoArraysOfOneNameNoneIsTaken() {
    NDList both = batch(new double[] {1}, new double[] {1}, new Shape(1));
    both.get(1).setName(MetricBatch.OUTPUTS);
    refused(Metrics.mse(), both, "the batch has several arrays named 'outputs'");
  }

  private NDList shaped(Shape outputs, Shape targets) {
    return named(manager.zeros(outputs), manager.zeros(targets));
  }

  private NDList batch(double[] outputs, double[] targets, Shape shape) {
    return named(manager.create(outputs, shape), manager.create(targets, shape));
  }

  private static NDList named(NDArray outputs, NDArray targets) {
    outputs.setName(MetricBatch.OUTPUTS);
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }

  private static double result(MetricStates states) {
    Map<String, Double> results = states.results();
    assertThat(results).hasSize(1);
    return results.values().iterator().next();
  }

  static MetricStates travelled(MetricStates states) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(states);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (MetricStates) in.readObject();
    }
  }
}
