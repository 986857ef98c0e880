package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {

  @Test
  void everyNumberIsInOneBin() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      double scale = Math.pow(10, random.nextInt(600) - 300);
      double[] numbers =
          random.doubles(1 + random.nextInt(500)).map(x -> (x - 0.5) * scale).toArray();
      Histogram histogram = Histogram.of(numbers);
      assertThat(histogram.count()).isEqualTo(numbers.length);
      assertThat(histogram.limits()).isSorted().doesNotHaveDuplicates();
      double from = Double.NEGATIVE_INFINITY;
      for (int bin = 0; bin < histogram.limits().size(); bin++) {
        double to = histogram.limits().get(bin);
        double lower = from;
        long expected = java.util.Arrays.stream(numbers).filter(x -> x > lower && x <= to).count();
        assertThat(histogram.counts().get(bin)).isEqualTo(expected);
        from = to;
      }
      assertThat(histogram.counts().stream().mapToLong(x -> x).sum()).isEqualTo(numbers.length);
      assertThat(from).isEqualTo(histogram.max());
    }
  }

  @Test
  void ofEqualNumbersThereIsOneBin() {
    Histogram histogram = Histogram.of(3, 3, 3);
    assertThat(histogram.limits()).containsExactly(3.0);
    assertThat(histogram.counts()).containsExactly(3L);
    assertThat(histogram.sumOfSquares()).isEqualTo(27);
  }

  @Test
  void theLargestRangeThereIsHasBinsToo() {
    Histogram histogram = Histogram.of(-Double.MAX_VALUE, 0, Double.MAX_VALUE);
    assertThat(histogram.limits()).hasSize(64);
    assertThat(histogram.counts().stream().mapToLong(x -> x).sum()).isEqualTo(3);
  }

  @Test
  void whatIsNotFiniteIsLeftOut() {
    Histogram histogram =
        Histogram.of(Double.NaN, 1, Double.POSITIVE_INFINITY, 2, Double.NEGATIVE_INFINITY);
    assertThat(histogram.count()).isEqualTo(2);
    assertThat(histogram.max()).isEqualTo(2);
    assertThat(Histogram.of().min()).isNaN();
    assertThat(Histogram.of().counts()).isEmpty();
  }

  @Test
  void arraysOfAnyTypeAreCounted() {
    try (NDManager manager = NDManager.newBaseManager()) {
      for (DataType type :
          new DataType[] {DataType.FLOAT16, DataType.FLOAT32, DataType.INT64, DataType.UINT8}) {
        Histogram histogram = Histogram.of(manager.arange(10f).reshape(2, 5).toType(type, false));
        assertThat(histogram.count()).as("%s", type).isEqualTo(10);
        assertThat(histogram.sum()).isCloseTo(45, within(1e-9));
      }
    }
  }
}
