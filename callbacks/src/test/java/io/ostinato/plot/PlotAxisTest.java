package io.ostinato.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlotAxisTest {

  @Test
  void labelsAreRoundNumbersAroundTheValues() {
    assertThat(labels(PlotAxis.around(0.71, 0.96, 5)))
        .containsExactly("0.7", "0.75", "0.8", "0.85", "0.9", "0.95", "1");
    assertThat(labels(PlotAxis.around(-6.1, 7.3, 8)))
        .containsExactly("-8", "-6", "-4", "-2", "0", "2", "4", "6", "8");
    assertThat(labels(PlotAxis.exactly(22, 220, 8))).containsExactly("50", "100", "150", "200");
    assertThat(labels(PlotAxis.around(1e-9, 3e-9, 5)))
        .containsExactly("1e-9", "1.5e-9", "2e-9", "2.5e-9", "3e-9");
    assertThat(labels(PlotAxis.ofCounts(0, 5))).containsExactly("0", "1");
    assertThat(labels(PlotAxis.ofCounts(37, 5))).containsExactly("0", "10", "20", "30", "40");
  }

  @Test
  void anyRangeHasAFewAscendingLabelsWithinTheAxis() {
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      double a = Double.longBitsToDouble(random.nextLong());
      double b =
          i % 3 == 0
              ? a * (1 + random.nextInt(5) * 1e-15)
              : Double.longBitsToDouble(random.nextLong());
      if (!Double.isFinite(a) || !Double.isFinite(b)) {
        continue;
      }
      PlotAxis axis = PlotAxis.around(Math.min(a, b), Math.max(a, b), 5);
      assertThat(axis.max()).as("%s %s", a, b).isGreaterThan(axis.min());
      assertThat(axis.share(a)).as("%s %s", a, b).isBetween(0.0, 1.0);
      assertThat(axis.share(b)).as("%s %s", a, b).isBetween(0.0, 1.0);
      assertThat(axis.ticks()).as("%s %s", a, b).hasSizeBetween(2, 9);
      assertThat(axis.ticks().stream().map(PlotAxis.Tick::value)).isSorted();
      assertThat(axis.ticks())
          .allMatch(tick -> axis.share(tick.value()) >= 0 && axis.share(tick.value()) <= 1);
    }
  }

  @Test
  void labelsOfALogarithmicAxisAreRoundValues() {
    assertThat(labels(Scale.LOGARITHMIC.exactly(7_500, 120_000, 8)))
        .containsExactly("10000", "20000", "50000", "100000");
    assertThat(labels(Scale.LOGARITHMIC.exactly(1, 400, 8)))
        .containsExactly("1", "2", "5", "10", "20", "50", "100", "200");
    assertThat(labels(Scale.LOGARITHMIC.around(0.07, 6.2, 5)))
        .containsExactly("0.1", "0.2", "0.5", "1", "2", "5");
    assertThat(labels(Scale.LOGARITHMIC.around(2.1, 7.9, 8)))
        .containsExactly("2", "3", "4", "5", "6", "7", "8");
    assertThat(labels(Scale.LOGARITHMIC.exactly(1e-8, 1e8, 5)))
        .containsExactly("1e-8", "0.0001", "1", "10000", "1e8");
    assertThat(labels(Scale.LOGARITHMIC.exactly(110, 120, 8))).containsExactly("110", "120");
    assertThat(labels(Scale.LOGARITHMIC.around(10, 10, 5))).contains("10", "100");
  }

  @Test
  void anyRangeAboveZeroHasAFewAscendingLabelsOnALogarithmicAxis() {
    Random random = new Random(8);
    for (int i = 0; i < 5_000; i++) {
      double a = Math.abs(Double.longBitsToDouble(random.nextLong()));
      double b = i % 3 == 0 ? a * (1 + random.nextDouble() * 9) : random.nextDouble() * 1e4;
      if (!Double.isFinite(a) || !Double.isFinite(b) || a == 0) {
        continue;
      }
      PlotAxis axis = Scale.LOGARITHMIC.around(Math.min(a, b), Math.max(a, b), 5);
      assertThat(axis.max()).as("%s %s", a, b).isGreaterThan(axis.min());
      assertThat(axis.share(Scale.LOGARITHMIC.of(a))).as("%s %s", a, b).isBetween(-1e-6, 1 + 1e-6);
      assertThat(axis.share(Scale.LOGARITHMIC.of(b))).as("%s %s", a, b).isBetween(-1e-6, 1 + 1e-6);
      assertThat(axis.ticks()).as("%s %s", a, b).hasSizeBetween(2, 9);
      assertThat(axis.ticks().stream().map(PlotAxis.Tick::value)).isSorted();
      assertThat(axis.ticks())
          .allMatch(tick -> axis.share(tick.value()) >= 0 && axis.share(tick.value()) <= 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.95278, 0.9528",
    "0, 0",
    "-0.0, 0",
    "1234567, 1.235e6",
    "0.000012345, 1.234e-5",
    "NaN, NaN",
    "Infinity, Infinity",
    "100000, 100000",
    "1797, 1797"
  })
  void valuesHaveFourDigits(double value, String text) {
    assertThat(NumberText.shortOf(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"0;0", "999;999", "1000;1,000", "-999;-999", "-1234567;-1,234,567"})
  void wholeNumbersHaveSeparators(long value, String text) {
    assertThat(NumberText.whole(value)).isEqualTo(text);
  }

  private static List<String> labels(PlotAxis axis) {
    return axis.ticks().stream().map(PlotAxis.Tick::label).toList();
  }
}
