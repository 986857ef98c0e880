package io.ostinato.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.ostinato.jobs.bench.CostForecast.Part;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostForecastTest {
  private static final double BANDWIDTH = 1e9;
  private static final CostForecast FORECAST =
      new CostForecast(
          new CostModel(
              Map.of(
                  CostTerm.JOB, 0.02,
                  CostTerm.TASK, 0.001,
                  CostTerm.RESULT, 2e-9,
                  CostTerm.SEND, 2e-9,
                  CostTerm.LOAD, 3e-9,
                  CostTerm.BATCH, 1e-4,
                  CostTerm.READ, 1e-10,
                  CostTerm.FORWARD, 1.1)),
          BANDWIDTH);
  private static final CostLoad LOAD =
      new CostLoad(1e9, 3_000, 8e-6, 64 * (8 << 20), 0, 3_200, 100, 8, 100, 8);

  @Test
  void executorsShareRowsButNotWeights() {
    Map<Part, Double> parts = FORECAST.parts(LOAD);
    assertThat(parts.get(Part.FORWARD)).isCloseTo(1e9 * 8e-6 * 1.1 / 800, within(1e-9));
    assertThat(parts.get(Part.WEIGHTS)).isCloseTo(64 * (8 << 20) * (2e-9 + 3e-9), within(1e-9));
    assertThat(parts.get(Part.BATCHES))
        .isCloseTo(
            3_200 * Math.ceil(312_500 / 256.0) * 1e-4 / 800 + 1e9 * 3_000 * 1e-10 / 800,
            within(1e-9));
  }

  @Test
  void statesOfMetricsAreMergedByTasksOfTheirOwn() {
    assertThat(FORECAST.parts(LOAD).get(Part.TASKS)).isCloseTo(3.2 + 0.057, within(1e-9));
    assertThat(FORECAST.parts(LOAD.withResultBytes(8)).get(Part.TASKS))
        .isCloseTo(3.2, within(1e-9));
  }

  @Test
  void piecesOfWeightsArePassedOn() {
    double piece = (8 << 20) / BANDWIDTH;
    assertThat(FORECAST.parts(LOAD).get(Part.NETWORK)).isCloseTo((64 + 6) * piece, within(1e-9));
    assertThat(FORECAST.parts(LOAD.withExecutors(1)).get(Part.NETWORK))
        .isCloseTo(64 * piece, within(1e-9));
  }

  @Test
  void resultsOfRowsTravelToTheDriver() {
    assertThat(FORECAST.parts(LOAD).get(Part.RESULTS)).isZero();
    assertThat(FORECAST.parts(LOAD.withResultBytes(8)).get(Part.RESULTS))
        .isCloseTo(8e9 * 2e-9 + 8e9 / BANDWIDTH, within(1e-9));
  }

  @Test
  void whatSaturatesIsTheLargestPartButTheForward() {
    assertThat(FORECAST.largest(LOAD)).isEqualTo(Part.TASKS);
    assertThat(FORECAST.largest(LOAD.withResultBytes(8))).isEqualTo(Part.RESULTS);
    assertThat(FORECAST.largest(LOAD.withModelBytes(1e10))).isEqualTo(Part.WEIGHTS);
    assertThat(FORECAST.seconds(LOAD)).isGreaterThan(11 + 3.2 + 1.6);
  }
}
