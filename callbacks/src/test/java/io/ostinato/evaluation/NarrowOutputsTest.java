package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A module that gives bfloat16, which DJL can't make arrays of. */
class NarrowOutputsTest {
  private static final int ROWS = 30;

  @Test
  void bfloat16IsCollectedAsFloat32WithTheSameValues() throws IOException {
    try (EvaluationResults results = evaluate(List.of())) {
      NDArray outputs = results.get(MetricBatch.OUTPUTS);
      assertThat(outputs.getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat(outputs.toFloatArray()).containsExactly(expected());
    }
  }

  @Test
  void metricsOfBfloat16AreThoseOfItsValues() throws IOException {
    double sum = 0;
    for (float value : expected()) {
      sum += value;
    }
    try (EvaluationResults results = evaluate(List.of(Metrics.mean(MetricBatch.OUTPUTS)))) {
      assertThat(results.metrics()).isEqualTo(Map.of(MetricBatch.OUTPUTS, sum / expected().length));
    }
  }

  private static EvaluationResults evaluate(List<Metric<?>> metrics) throws IOException {
    try (LocalEvaluationEngine engine = new LocalEvaluationEngine();
        InputStream in =
            Objects.requireNonNull(
                NarrowOutputsTest.class.getResourceAsStream("/torchscript/bfloat16.pt"))) {
      return engine.evaluate(
          new EvaluationRequest(
              new EvaluationTag("narrow", TrainingIteration.START, "generated"),
              GeneratedRows.inMemory(ROWS),
              7,
              ModelSource.torchScript(),
              TorchScriptSource.snapshotOf(in.readAllBytes()),
              NarrowOutputsTest::forward,
              metrics,
              ResultsTarget.collected()),
          ProgressDisplay.silent());
    }
  }

  private static NDList forward(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(new NDList(batch.get("x"))).get(0);
    assertThat(outputs.getDataType()).isEqualTo(DataType.FLOAT32);
    outputs.setName(MetricBatch.OUTPUTS);
    return new NDList(outputs);
  }

  /** Rounded to the nearest bfloat16, of two equally near the even one. */
  private static float[] expected() {
    float[] expected = new float[ROWS * GeneratedRows.FEATURES];
    for (int row = 0; row < ROWS; row++) {
      float[] x = GeneratedRows.x(row);
      for (int i = 0; i < x.length; i++) {
        int bits = Float.floatToIntBits(x[i] * 1.1f);
        int rounded = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
        expected[row * x.length + i] = Float.intBitsToFloat(rounded);
      }
    }
    return expected;
  }
}
