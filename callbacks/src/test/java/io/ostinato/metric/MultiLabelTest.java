package io.ostinato.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Outputs with several labels, thresholds and masks; {@link MetricsTest} has their values. */
class MultiLabelTest {
  private static final ClassOutputs LABELS = ClassOutputs.defaults().labelAxis(1);

  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void outputsAndTargetsOfTheSameShapeSayWhatTheyAre() {
    NDList same = batch(new float[] {1, -1, 2, 3}, new Shape(2, 2), new float[] {1, 0, 1, 1});
    assertThatThrownBy(() -> result(Metrics.accuracy(), same))
        .hasMessageContaining("set label_axis=1");
    assertThat(result(Metrics.ofClasses(LABELS).accuracy(), same)).isEqualTo(1);
    assertThat(Metrics.ofClasses(LABELS).f1(2, Average.MACRO).name()).isEqualTo("f1_macro");
    assertThat(Metrics.ofClasses(LABELS).f1OfClass(1, 2).name()).isEqualTo("f1_class_1");
    assertThat(Metrics.ofClasses(LABELS).rocAuc().name()).isEqualTo("roc_auc_macro");
    assertThat(Metrics.ofClasses(LABELS).rocAuc(Average.MICRO).name()).isEqualTo("roc_auc_micro");
    assertThat(Metrics.ofClasses(LABELS).averagePrecisionOfLabel(3).name())
        .isEqualTo("average_precision_class_3");
    assertThat(Metrics.ofClasses(LABELS).meanIou(2).name()).isEqualTo("mean_iou");
    assertThat(Metrics.ofClasses(LABELS).iouOfClass(1, 2).name()).isEqualTo("iou_class_1");
  }

  @Test
  void wrongInputIsRefusedSayingWhatIsNeeded() {
    ClassMetrics labels = Metrics.ofClasses(LABELS);
    NDList two = batch(new float[] {1, -1}, new Shape(1, 2), new float[] {1, 2});
    for (Metric<?> metric :
        List.of(
            labels.accuracy(),
            labels.exactMatch(),
            labels.f1(2, Average.MACRO),
            labels.rocAuc(),
            labels.averagePrecision(),
            labels.logLoss(),
            labels.brier())) {
      assertThatThrownBy(() -> result(metric, two))
          .as(metric.name())
          .hasMessage(
              "the target 2 must be 0 or 1, whether a label applies, since label_axis is set; to"
                  + " ignore it, set ignored_target or a mask");
    }
    NDList half = batch(new float[] {1, -1}, new Shape(1, 2), new float[] {1, 0.5f});
    assertThatThrownBy(() -> result(labels.accuracy(), half))
        .hasMessage("the target 0.5 is not a whole number, so it is not a class");
    NDList classes =
        named(
            manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2)),
            manager.create(new long[] {0, 1}));
    assertThatThrownBy(() -> result(labels.accuracy(), classes))
        .hasMessage(
            "with label_axis, targets have the shape of the outputs, a 0 or 1 for each label;"
                + " given: outputs (2, 2) and targets (2); without it, a target is one of several"
                + " classes");
    NDList single = batch(new float[1], new Shape(1, 1), new float[1]);
    assertThatThrownBy(() -> result(labels.f1(2, Average.MACRO), single))
        .hasMessage(
            "this metric is for 2 labels, but the outputs have 1; remove label_axis and set"
                + " classes=2,average=binary");
    NDList three = batch(new float[3], new Shape(1, 3), new float[3]);
    assertThatThrownBy(() -> result(labels.f1(2, Average.MACRO), three))
        .hasMessage("this metric is for 2 labels, but the outputs have 3; set classes=3");
    assertThatThrownBy(() -> result(labels.rocAucOfLabel(3), three))
        .hasMessage("class=3 is not one of the 3 labels of the outputs, 0 to 2");
    assertThatThrownBy(
            () -> MetricStates.zero(List.of(labels.rocAuc())).update(two(2)).update(two(3)))
        .hasMessage(
            "the rows of a batch have 3 labels, those of another 2; all rows need the same number");
    assertThatThrownBy(
            () -> result(Metrics.ofClasses(ClassOutputs.defaults().labelAxis(2)).accuracy(), three))
        .hasMessage(
            "label_axis=2 can't be the dimension of labels of the outputs (1, 3); expected 1 to 1");
    assertThatThrownBy(() -> labels.f1(2, Average.BINARY))
        .hasMessage(
            "the binary f1 is of one output for two classes, but label_axis is set; use the average"
                + " micro, macro or weighted");
    assertThatThrownBy(() -> labels.rocAuc(Average.BINARY))
        .hasMessageContaining("the binary roc_auc is of one output");
    assertThatThrownBy(() -> Metrics.ofClasses(ClassOutputs.defaults()).rocAuc(Average.MACRO))
        .hasMessageContaining("are for outputs with several labels; set label_axis");
    assertThatThrownBy(() -> labels.f1OfClass(2, 2))
        .hasMessage("class=2 is not one of the 2 classes, 0 to 1");
    assertThatThrownBy(() -> LABELS.classAxis(1))
        .hasMessageContaining("class_axis=1 and label_axis=1 can't be set together");
    assertThatThrownBy(() -> ClassOutputs.defaults().classAxis(-1).labelAxis(1))
        .hasMessageContaining("class_axis=-1 and label_axis=1 can't be set together");
    assertThatThrownBy(() -> ClassOutputs.defaults().labelAxis(0))
        .hasMessageContaining("label_axis=0 is the dimension of the rows");
  }

  @Test
  void labelsWithoutTargetsAreLeftOutOfRankingsAndReported() {
    // Label 0 is ranked perfectly, label 1 never applies, label 2 always does.
    NDList rows =
        batch(new float[] {2, 0, 1, -1, 1, 1}, new Shape(2, 3), new float[] {1, 0, 1, 0, 0, 1});
    Metric<?> rocAuc = Metrics.ofClasses(LABELS).rocAuc();
    Metric<?> precision = Metrics.ofClasses(LABELS).averagePrecision();
    assertThat(
            LogLines.of(
                () -> {
                  assertThat(result(rocAuc, rows)).isEqualTo(1);
                  assertThat(result(precision, rows)).isEqualTo(1);
                }))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .endsWith(
                        "the metric 'roc_auc_macro' is possibly wrong: 2 of 3 labels are left out"
                            + " of the average, for lack of targets of 0 and of 1, such as label"
                            + " 1"),
            line ->
                assertThat(line)
                    .endsWith(
                        "the metric 'average_precision_macro' is possibly wrong: 1 of 3 labels are"
                            + " left out of the average, for lack of targets of 1, such as label"
                            + " 1"));
    assertThat(result(Metrics.ofClasses(LABELS).rocAucOfLabel(1), rows)).isNaN();
    assertThat(result(Metrics.ofClasses(LABELS).f1(3, Average.MACRO), rows))
        .as("in F-scores, a label that doesn't occur scores 0, as in scikit-learn")
        .isEqualTo(2.0 / 3);
    NDList nan = batch(new float[] {Float.NaN, 1, 2, 3}, new Shape(2, 2), new float[] {1, 0, 0, 1});
    assertThat(result(rocAuc, nan)).as("NaN is not hidden").isNaN();
  }

  @Test
  void binsOfLabelsAreThoseOfEachLabel() {
    float[] scores = {0.15f, 0.95f, 0.85f, 0.15f, 0.35f, 0.55f};
    NDList rows = batch(scores, new Shape(3, 2), new float[] {0, 1, 1, 0, 0, 0});
    assertThat(result(Metrics.ofClasses(LABELS).rocAuc(10), rows)).isEqualTo(1);
    assertThat(result(Metrics.ofClasses(LABELS).averagePrecision(10), rows)).isEqualTo(1);
  }

  @Test
  void aThresholdIsAProbabilityForLogitsToo() {
    NDList logits = batch(new float[] {-1, 0.5f}, new Shape(2), new float[] {1, 1});
    assertThat(result(cut(0.5, OutputKind.LOGITS).accuracy(), logits)).isEqualTo(0.5);
    assertThat(result(cut(0.2, OutputKind.LOGITS).accuracy(), logits)).isEqualTo(1);
    NDList probabilities = batch(new float[] {0.25f, 0.5f}, new Shape(2), new float[] {1, 1});
    assertThat(result(cut(0.25, OutputKind.PROBABILITIES).accuracy(), probabilities))
        .as("above the threshold, not at it")
        .isEqualTo(0.5);
    ClassMetrics unsaid = Metrics.ofClasses(ClassOutputs.defaults().threshold(0.6));
    assertThat(
            result(
                Metrics.ofClasses(ClassOutputs.defaults().threshold(0.7)).accuracy(),
                probabilities))
        .as("predicted by neither kind")
        .isEqualTo(0);
    NDList doubtful = batch(new float[] {0.5f, 0.7f}, new Shape(2), new float[] {1, 1});
    assertThat(result(unsaid.accuracy(), doubtful))
        .as("a logit of 0.5 is a probability of 0.62")
        .isNaN();
    assertThatThrownBy(() -> ClassOutputs.defaults().threshold(1))
        .hasMessage(
            "a threshold is a probability above 0 and below 1, for logits, too; given: 1.0");
    NDList three =
        named(manager.create(new float[3], new Shape(1, 3)), manager.create(new long[1]));
    assertThatThrownBy(() -> result(unsaid.accuracy(), three))
        .hasMessageContaining("threshold is for outputs of one or two columns")
        .hasMessageContaining("the outputs have 3 classes");
  }

  @Test
  void probabilitiesOfTwoColumnsThatAreCutAsLogitsAreWarnedOf() {
    NDList softmax =
        named(
            manager.create(new float[] {0.6f, 0.4f, 0.1f, 0.9f}, new Shape(2, 2)),
            manager.create(new long[] {1, 1}));
    ClassMetrics unsaid = Metrics.ofClasses(ClassOutputs.defaults().threshold(0.3));
    for (Metric<?> metric : List.of(unsaid.accuracy(), unsaid.f1(2, Average.BINARY))) {
      assertThat(LogLines.of(() -> result(metric, softmax)))
          .as(metric.name())
          .singleElement()
          .asString()
          .contains("possibly wrong", "set outputs=probabilities");
    }
    assertThat(LogLines.of(() -> result(Metrics.accuracy(), softmax))).isEmpty();
    assertThat(result(cut(0.3, OutputKind.PROBABILITIES).accuracy(), softmax)).isEqualTo(1);
  }

  private static ClassMetrics cut(double threshold, OutputKind kind) {
    return Metrics.ofClasses(ClassOutputs.defaults().kind(kind).threshold(threshold));
  }

  @Test
  void aMaskSelectsPositionsWhoseTargetsNeedNotBeValid() {
    NDList tokens =
        named(
            manager.create(new float[] {2, 0, 0, 2, 0, 2, 9, 0}, new Shape(2, 2, 2)),
            manager.create(new long[] {0, 0, 1, 77}, new Shape(2, 2)));
    Metric<?> masked =
        Metrics.ofClasses(ClassOutputs.defaults().mask("real").classAxis(-1)).accuracy();
    assertThat(masked.columns()).containsExactly("real");
    for (DataType type :
        List.of(DataType.BOOLEAN, DataType.UINT8, DataType.INT64, DataType.FLOAT32)) {
      assertThat(result(masked, with(tokens, "real", type, new Shape(2, 2), 1, 0, 1, 0)))
          .as("%s", type)
          .isEqualTo(1);
    }
    assertThat(result(masked, with(tokens, "real", DataType.INT64, new Shape(2), 1, 0)))
        .as("of rows")
        .isEqualTo(0.5);
    assertThat(result(masked, with(tokens, "real", DataType.INT64, new Shape(2, 2), 0, 0, 0, 0)))
        .isNaN();
    assertThatThrownBy(
            () -> result(masked, with(tokens, "real", DataType.INT64, new Shape(2, 2), 1, 2, 1, 0)))
        .hasMessage(
            "the mask 'real' must be 1 for positions that count and 0 for others; given: 2.0");
    for (Shape wrong : List.of(new Shape(2, 3), new Shape(1, 2), new Shape(2, 2, 2), new Shape())) {
      assertThatThrownBy(
              () ->
                  result(
                      masked,
                      with(tokens, "real", DataType.INT64, wrong, new int[(int) wrong.size()])))
          .hasMessage(
              "the mask 'real' has the shape %s, which doesn't match the positions (2, 2); expected"
                      .formatted(wrong)
                  + " that shape, or its first dimensions");
    }
    assertThatThrownBy(() -> result(masked, tokens))
        .hasMessage("a metric needs the array 'columns.real'; the batch has: outputs, targets");
    assertThatThrownBy(() -> ClassOutputs.defaults().mask(" "))
        .hasMessage("a mask needs the name of a column of the dataset; given: ' '");
  }

  @Test
  void aMaskOfPixelsAppliesToAllTheirLabelsAndToOneHotTargets() {
    // Two labels of a picture of two pixels; the first pixel counts.
    NDList pixels =
        batch(new float[] {1, -1, 1, 1}, new Shape(1, 2, 1, 2), new float[] {1, 1, 1, 0});
    ClassMetrics labels = Metrics.ofClasses(LABELS.mask("m"));
    NDList first = with(pixels, "m", DataType.UINT8, new Shape(1, 1, 2), 1, 0);
    assertThat(result(labels.accuracy(), first)).isEqualTo(1);
    assertThat(result(labels.exactMatch(), first)).isEqualTo(1);
    NDList second = with(pixels, "m", DataType.UINT8, new Shape(1, 1, 2), 0, 1);
    assertThat(result(labels.accuracy(), second)).isEqualTo(0);
    NDList hot = batch(new float[] {1, 0, 0, 0}, new Shape(2, 2), new float[] {1, 0, 0, 0});
    assertThat(
            result(
                Metrics.ofClasses(ClassOutputs.defaults().classAxis(1).mask("m")).accuracy(),
                with(hot, "m", DataType.UINT8, new Shape(2), 1, 0)))
        .as("a masked row need not be one-hot")
        .isEqualTo(1);
  }

  @Test
  void outputsOfPositionsThatDoNotCountNeedNotBeProbabilities() {
    NDList padded =
        batch(new float[] {0.9f, -1, 0.2f, 7}, new Shape(2, 2), new float[] {1, 0, 0, -100});
    ClassOutputs probabilities = LABELS.kind(OutputKind.PROBABILITIES);
    NDList masked = with(padded, "m", DataType.UINT8, new Shape(2, 2), 1, 0, 1, 1);
    assertThat(result(Metrics.ofClasses(probabilities.mask("m")).accuracy(), masked)).isEqualTo(1);
    assertThatThrownBy(() -> result(Metrics.ofClasses(probabilities).accuracy(), padded))
        .hasMessage("a probability must be from 0 to 1; given: -1.0; are the outputs logits?");
  }

  @Test
  void aMaskThatMayBeOfLabelsOrOfPositionsIsRefused() {
    NDList square = batch(new float[] {1, -1, 1, 1}, new Shape(1, 2, 2), new float[4]);
    Metric<?> masked = Metrics.ofClasses(LABELS.mask("m")).accuracy();
    NDList either = with(square, "m", DataType.UINT8, new Shape(1, 2), 1, 0);
    assertThatThrownBy(() -> result(masked, either))
        .hasMessage(
            "the mask 'm' of the shape (1, 2) may be of the labels or of other positions of the"
                + " outputs (1, 2, 2); give it that shape");
    NDList whole = with(square, "m", DataType.UINT8, new Shape(1, 2, 2), 0, 1, 0, 0);
    assertThat(result(masked, whole)).isEqualTo(1);
    Metric<?> last = Metrics.ofClasses(ClassOutputs.defaults().labelAxis(-1).mask("m")).accuracy();
    assertThat(result(last, either)).as("of tokens, since labels are last").isEqualTo(0.5);
  }

  @Test
  void aMetricCanHaveANameOfItsOwn() {
    Metric<?> named = Metrics.accuracy().named("top");
    assertThat(named.name()).isEqualTo("top");
    assertThat(named.ofOutput("aux").name()).isEqualTo("top.aux");
    assertThat(Metrics.accuracy().ofOutput("aux").named("top").name()).isEqualTo("top");
    Metric<?> moved = Metrics.accuracy().ofOutput("aux").named("top").ofOutput("main");
    assertThat(moved.name()).isEqualTo("top.main");
    assertThat(moved.output()).contains("main");
    NDList rows = batch(new float[] {1, -1}, new Shape(2), new float[] {1, 0});
    rows.get(0).setName(MetricBatch.outputsOf("main"));
    assertThat(result(moved, rows)).isEqualTo(1);
    assertThat(Metrics.accuracy().named("top").direction()).contains(Direction.HIGHER_IS_BETTER);
    for (String wrong : List.of(" ", "a/b")) {
      assertThatThrownBy(() -> Metrics.accuracy().named(wrong))
          .hasMessageContaining("a metric needs a name without a slash");
    }
  }

  @Test
  void outputsOfARegressionAreCountedAndBounded() {
    Metric<?> r2 = Metrics.ofRegression().r2(OutputsAverage.UNIFORM_AVERAGE);
    assertThat(r2.name()).isEqualTo("r2_uniform_average");
    NDList wide = named(manager.zeros(new Shape(1, 16_385)), manager.zeros(new Shape(1, 16_385)));
    assertThatThrownBy(() -> result(r2, wide))
        .hasMessage(
            "'r2_uniform_average' is for up to 16384 outputs; a row has 16385; use"
                + " multioutput=flattened");
    NDList one = batch(new float[] {1, 2}, new Shape(1, 2), new float[] {1, 2});
    assertThat(LogLines.of(() -> assertThat(result(r2, one)).isNaN()))
        .as("one row has no variance")
        .singleElement()
        .asString()
        .endsWith(
            "the metric 'r2_uniform_average' is NaN: output 0 of 2 has 1 element that counts; it"
                + " needs at least 2");
    NDList nan = batch(new float[] {1, Float.NaN}, new Shape(2, 1), new float[] {1, 2});
    assertThat(result(r2, nan)).isNaN();
  }

  private NDList two(int labels) {
    return named(manager.zeros(new Shape(1, labels)), manager.zeros(new Shape(1, labels)));
  }

  private NDList batch(float[] outputs, Shape shape, float[] targets) {
    return named(manager.create(outputs, shape), manager.create(targets, shape));
  }

  private NDList with(NDList batch, String column, DataType type, Shape shape, int... numbers) {
    NDArray array = manager.create(numbers, shape).toType(type, true);
    array.setName(MetricBatch.columnOf(column));
    NDList all = new NDList(batch);
    all.add(array);
    return all;
  }

  private static NDList named(NDArray outputs, NDArray targets) {
    outputs.setName(MetricBatch.OUTPUTS);
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }

  private static double result(Metric<?> metric, NDList batch) {
    return MetricStates.zero(List.of(metric)).update(batch).results().values().iterator().next();
  }
}
