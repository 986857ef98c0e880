package io.ostinato.jobs.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.MetricStates;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricTextTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void keysSayHowOutputsAndTargetsAreRead() {
    double[] column = {0.4, 0.9, 0.8, 0.1};
    Shape one = new Shape(4, 1);
    Shape rows = new Shape(4);
    double[] targets = {0, 1, 0, -100};
    assertThat(result("accuracy:outputs=probabilities", column, one, targets, rows))
        .isEqualTo(2.0 / 3);
    assertThat(result("accuracy:probabilities", column, one, targets, rows))
        .as("the first key goes without saying")
        .isEqualTo(2.0 / 3);
    assertThat(result("accuracy:outputs=logits", column, one, targets, rows)).isEqualTo(1.0 / 3);
    assertThat(result("accuracy", column, one, targets, rows)).isNaN();
    assertThat(result("log_loss:probabilities", column, one, targets, rows))
        .isCloseTo(-(Math.log1p(-0.4) + Math.log(0.9) + Math.log1p(-0.8)) / 3, within(1e-14));
    assertThat(
            result(
                "f1:classes=2,average=binary,outputs=probabilities,ignored_target=0",
                column,
                one,
                new double[] {0, 1, 0, 1},
                rows))
        .isEqualTo(2.0 / 3);
    double[] square = {1, 0, 0, 1};
    Shape places = new Shape(1, 2, 2);
    double[] classes = {0, 0};
    assertThat(result("accuracy:class_axis=1", square, places, classes, new Shape(1, 2)))
        .isEqualTo(0.5);
    assertThat(result("top_k:k=1,class_axis=-1", square, places, classes, new Shape(1, 2)))
        .isEqualTo(0.5);
    assertThat(result("cross_entropy:class_axis=0", column, rows, new double[] {0, 1, 0, 1}, rows))
        .isPositive();
    assertThat(result("mcc:2", square, new Shape(2, 2), new double[] {0, 1}, new Shape(2)))
        .isEqualTo(1);
  }

  @Test
  void aMetricMayNameItsOutput() {
    Metric<?> named = MetricText.parse("--metric", "accuracy:output=aux");
    assertThat(named.name()).isEqualTo("accuracy.aux");
    assertThat(named.output()).contains("aux");
    assertThat(MetricText.parse("--metric", "f1:classes=3,output=1").name())
        .isEqualTo("f1_macro.1");
    assertThat(MetricText.parse("--metric", "mse:aux").name()).isEqualTo("mse.aux");
    assertThat(MetricText.parse("--metric", "accuracy:output=/head/out").name())
        .as("a slash begins the dataset")
        .isEqualTo("accuracy._head_out");
    assertThat(MetricText.parse("--metric", "accuracy").output()).isEmpty();
    NDArray main = manager.create(new float[] {1, 0, 1, 0}, new Shape(2, 2));
    NDArray aux = manager.create(new float[] {1, 0, 0, 1}, new Shape(2, 2));
    NDArray targets = manager.create(new long[] {0, 1});
    main.setName(MetricBatch.OUTPUTS);
    aux.setName(MetricBatch.outputsOf("aux"));
    targets.setName(MetricBatch.TARGETS);
    assertThat(
            MetricStates.zero(List.of(MetricText.parse("--metric", "accuracy"), named))
                .update(new NDList(main, targets, aux))
                .results())
        .containsExactly(Map.entry("accuracy", 0.5), Map.entry("accuracy.aux", 1.0));
    assertThat(List.of(main.getName(), aux.getName()))
        .as("arrays keep their names")
        .containsExactly("outputs", "outputs.aux");
    assertThatThrownBy(
            () ->
                MetricStates.zero(List.of(MetricText.parse("--metric", "mse:output=gone")))
                    .update(new NDList(main, targets)))
        .hasMessage("a metric needs the array 'outputs.gone'; the batch has: outputs, targets");
  }

  @Test
  void metricsOfLabelsAndRegressionsHaveTheirKeys() {
    double[] scores = {1, -1, 2, 3};
    Shape two = new Shape(2, 2);
    double[] targets = {1, 0, 1, 0};
    assertThat(result("accuracy:label_axis=1", scores, two, targets, two)).isEqualTo(0.75);
    assertThat(result("exact_match:label_axis=-1", scores, two, targets, two)).isEqualTo(0.5);
    assertThat(result("f1:classes=2,label_axis=1,class=0", scores, two, targets, two)).isEqualTo(1);
    assertThat(result("accuracy:label_axis=1,threshold=0.96", scores, two, targets, two))
        .as("a logit of 3 is 0.953, which is below")
        .isEqualTo(0.5);
    for (String text :
        List.of(
            "roc_auc:label_axis=1,average=weighted",
            "average_precision:bins=10,label_axis=1",
            "f_beta:beta=0.5,classes=2,label_axis=1,average=micro",
            "iou:classes=2,class=1",
            "mean_iou:5",
            "perplexity:0",
            "r2:multioutput=variance_weighted,mask=valid",
            "mse:mask=valid",
            "hit_rate_at_k:5",
            "mrr:dot")) {
      assertThat(MetricText.parse("--metric", text).direction()).as(text).isPresent();
    }
    assertThat(MetricText.parse("--metric", "r2:aux").name()).isEqualTo("r2.aux");
    assertThat(MetricText.parse("--metric", "recall_at_k:k=3,queries=q").columns())
        .containsExactly("q");
    assertThat(MetricText.parse("--metric", "accuracy:mask=m,output=aux,name=real").name())
        .isEqualTo("real");
    assertThat(MetricText.parse("--metric", "accuracy:mask=m,output=aux").columns())
        .containsExactly("m");
    assertThatThrownBy(() -> MetricText.parse("--metric", "accuracy:label_axis=1,class_axis=1"))
        .hasMessageContaining("can't be set together");
    assertThatThrownBy(() -> MetricText.parse("--metric", "log_loss:threshold=0.3"))
        .hasMessageContaining("threshold");
    assertThatThrownBy(() -> MetricText.parse("--metric", "mcc:classes=2,label_axis=1"))
        .hasMessageContaining("label_axis");
  }

  @Test
  void wrongKeysAreToldWithTheRightOnes() {
    assertThatThrownBy(() -> MetricText.parse("--metric", "accuracy:outputs=logit"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must be one of logits, probabilities; given: ");
  }

  private double result(
      String text, double[] outputs, Shape shape, double[] targets, Shape targetShape) {
    NDArray given = manager.create(outputs, shape);
    NDArray wanted = manager.create(targets, targetShape);
    given.setName(MetricBatch.OUTPUTS);
    wanted.setName(MetricBatch.TARGETS);
    return MetricStates.zero(List.of(MetricText.parse("--metric", text)))
        .update(new NDList(given, wanted))
        .results()
        .values()
        .iterator()
        .next();
  }
}
