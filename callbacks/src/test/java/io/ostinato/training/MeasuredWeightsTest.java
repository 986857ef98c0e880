package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredWeightsTest {
  private final WeightSnapshot trained = weights((byte) 1);
  private final WeightSnapshot average = weights((byte) 2);
  private final MeasuredWeights measured = new MeasuredWeights();

  @Test
  void aMetricIsTiedToTheWeightsOnlyWhereItIsCertain() {
    evaluate("one", trained);
    measured.wrote("one", "accuracy/test");
    assertThat(measured.of("accuracy/test")).containsSame(trained);

    evaluate("both", trained);
    measured.wrote("both", "early/test");
    evaluate("both", average);
    measured.wrote("both", "late/test");
    measured.wrote("both", "late/test.ema=0.9");
    assertThat(measured.of("early/test")).as("before the second").containsSame(trained);
    assertThat(measured.of("late/test")).as("of either").isEmpty();
    assertThat(measured.of("late/test.ema=0.9")).isEmpty();

    evaluate("twice", average);
    evaluate("twice", average);
    measured.wrote("twice", "mean/test");
    assertThat(measured.of("mean/test")).as("two of the same weights").containsSame(average);

    measured.wrote("none", "learning_rate");
    assertThat(measured.of("learning_rate")).isEmpty();
  }

  @Test
  void theNextMomentBeginsAnew() {
    evaluate("both", trained);
    measured.wrote("both", "accuracy/test");
    measured.clear();
    assertThat(measured.of("accuracy/test")).isEmpty();
    evaluate("both", average);
    measured.wrote("both", "accuracy/test");
    assertThat(measured.of("accuracy/test")).containsSame(average);
  }

  private void evaluate(String callback, WeightSnapshot weights) {
    measured.evaluated(callback, measured.asked(weights).manifest().hash());
  }

  private static WeightSnapshot weights(byte value) {
    return WeightSnapshot.of(
        List.of(HostArray.of("w", DataType.UINT8, new Shape(1), new byte[] {value})));
  }
}
