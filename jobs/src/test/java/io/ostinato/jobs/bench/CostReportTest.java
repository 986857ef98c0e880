package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ostinato.jobs.bench.CostMeasurement.Use;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CostReportTest {

  @Test
  void evaluationsOnMoreExecutorsCountAsBeyondTheRangeAndAreListedToo() {
    List<CostMeasurement> measured =
        new ArrayList<>(CostModelTest.measurements(CostModelTest.KNOWN, 60));
    for (int i = 0; i < 5; i++) {
      CostLoad load = measured.get(i).load().withExecutors(i < 3 ? 2 : 4);
      double seconds = CostModelTest.KNOWN.seconds(load) * (i < 3 ? 1 : 1.25);
      measured.add(new CostMeasurement(load, Use.BEYOND, seconds, 0.5));
    }
    CostReport report = CostReport.of(measured);
    assertThat(report.markdown())
        .contains(
            "| beyond the range | 5 | 0.0 % | 20 % |",
            "| – of these, on more executors | 2 | 20.0 % | 20 % |");
    assertThat(report.figures())
        .extracting(Figure::name)
        .containsExactly("costs.held_out", "costs.beyond");
    assertThat(report.figures().get(1).value()).isCloseTo(0, within(1e-6));
  }

  @Test
  void sendingAndLoadingOfWeightsAreOnePart() {
    assertThat(CostReport.of(CostModelTest.measurements(CostModelTest.KNOWN, 60)).markdown())
        .contains("| driver and executors: weights | 0.35 | 0.35 | 35.00 | 0.35 |")
        .doesNotContain("on more executors");
  }

  @Test
  void aSizeThatWasNotMeasuredOnSomeExecutorsHasADash() {
    List<CostMeasurement> measured =
        new ArrayList<>(CostModelTest.measurements(CostModelTest.KNOWN, 60));
    measured.add(ofFewRows(4e6, 1, 0.05));
    measured.add(ofFewRows(100e6, 1, 0.2));
    measured.add(ofFewRows(100e6, 2, 0.3));
    assertThat(CostReport.of(measured).markdown())
        .contains("| executors | 4 MB | 100 MB |\n")
        .containsPattern("\\| 1 \\| 50 ms \\(\\d+\\) \\| 200 ms \\(\\d+\\) \\|\n")
        .containsPattern("\\| 2 \\| – \\| 300 ms \\(\\d+\\) \\|\n");
  }

  private static CostMeasurement ofFewRows(double modelBytes, int executors, double seconds) {
    CostLoad load = new CostLoad(100, 100, 1e-6, modelBytes, 0, 1, 1, 2, executors, 1);
    return new CostMeasurement(load, Use.BEYOND, seconds, 0.5);
  }
}
