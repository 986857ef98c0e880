package io.ostinato.jobs.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.MetricStates;
import java.util.List;
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
