package io.ostinato.jobs.bench;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.ostinato.jobs.bench.CostMeasurement.Use;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CostModelTest {
  private static final Set<CostTerm> ALL = EnumSet.allOf(CostTerm.class);
  static final CostModel KNOWN =
      new CostModel(
          Map.ofEntries(
              entry(CostTerm.JOB, 0.02),
              entry(CostTerm.TASK, 0.0015),
              entry(CostTerm.RESULT, 4e-9),
              entry(CostTerm.SEND, 2e-9),
              entry(CostTerm.EXECUTOR, 0.005),
              entry(CostTerm.LOAD, 1.5e-9),
              entry(CostTerm.RUN, 0.002),
              entry(CostTerm.BATCH, 3e-4),
              entry(CostTerm.MERGE, 1e-3),
              entry(CostTerm.READ, 2e-10),
              entry(CostTerm.FORWARD, 1.05)));

  @Test
  void knownCoefficientsAreRecovered() {
    CostModel found = CostModel.fit(ALL, measurements(KNOWN, 40), CostMeasurement::seconds);
    KNOWN
        .coefficients()
        .forEach(
            (term, value) ->
                assertThat(found.coefficient(term))
                    .as(term.text())
                    .isCloseTo(value, within(1e-9 * value)));
  }

  @Test
  void noiseMovesPredictionsLittle() {
    Random noise = new Random(3);
    List<CostMeasurement> noisy =
        measurements(KNOWN, 60).stream()
            .map(
                one ->
                    new CostMeasurement(
                        one.load(),
                        one.use(),
                        one.seconds() * (1 + 0.05 * noise.nextGaussian()),
                        one.driverSeconds()))
            .toList();
    CostModel found = CostModel.fit(ALL, noisy, CostMeasurement::seconds);
    for (CostMeasurement one : measurements(KNOWN, 60)) {
      assertThat(found.seconds(one.load())).isCloseTo(one.seconds(), within(0.08 * one.seconds()));
    }
  }

  @Test
  void termsThatCostNothingAreZeroRatherThanNegative() {
    Map<CostTerm, Double> free = new EnumMap<>(KNOWN.coefficients());
    free.put(CostTerm.LOAD, 0.0);
    free.put(CostTerm.BATCH, -1e-5);
    CostModel found =
        CostModel.fit(ALL, measurements(new CostModel(free), 40), CostMeasurement::seconds);
    assertThat(found.coefficient(CostTerm.BATCH)).isZero();
    assertThat(found.coefficients().values()).allMatch(value -> value >= 0);
    assertThat(found.coefficient(CostTerm.FORWARD)).isCloseTo(1.05, within(0.05));
  }

  @Test
  void tooFewMeasurementsAreRefused() {
    assertThatThrownBy(() -> CostModel.fit(ALL, measurements(KNOWN, 10), CostMeasurement::seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "10 measurements can't determine the coefficients of 11 terms (a job, launching a task, ")
        .hasMessageEndingWith("); measure more cases");
  }

  @Test
  void termsThatNeverVaryAloneAreRefused() {
    List<CostMeasurement> same = new ArrayList<>();
    for (CostMeasurement one : measurements(KNOWN, 40)) {
      CostLoad load = one.load().withExecutors(1);
      same.add(new CostMeasurement(load, one.use(), KNOWN.seconds(load), 1));
    }
    assertThatThrownBy(() -> CostModel.fit(ALL, same, CostMeasurement::seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the measurements don't tell the terms a job, ")
        .hasMessageEndingWith(" apart; vary each of them independently of the others");
  }

  @Test
  void aTermThatIsNeverMeasuredIsRefused() {
    List<CostMeasurement> without =
        measurements(KNOWN, 40).stream()
            .map(one -> new CostMeasurement(one.load().withResultBytes(0), one.use(), 1, 1))
            .toList();
    assertThatThrownBy(() -> CostModel.fit(ALL, without, CostMeasurement::seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the term 'a byte of results' is zero in all measurements; measure cases that have it");
  }

  @Test
  void aTimeOfZeroIsRefused() {
    List<CostMeasurement> measured = new ArrayList<>(measurements(KNOWN, 40));
    measured.set(3, new CostMeasurement(measured.get(3).load(), Use.FITTED, 0, 0));
    assertThatThrownBy(() -> CostModel.fit(ALL, measured, CostMeasurement::seconds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a measurement is 0.0; expected a time above zero");
  }

  @Test
  void theErrorIsRelative() {
    // Two terms can't meet three measurements: the small ones count as much as the large one.
    double[] found =
        NonNegativeFit.of(
            List.of("one", "rows"),
            new double[][] {{1, 0}, {1, 0}, {1, 1000}},
            new double[] {1, 3, 1000});
    assertThat(found[0]).isCloseTo(1.2, within(1e-9)); // (1 + 1/3) / (1 + 1/9)
    assertThat(found[0] + 1000 * found[1]).isCloseTo(1000, within(1e-9));
  }

  @Test
  void measurementsAreReadAsTheyWereWritten() {
    for (CostMeasurement one : measurements(KNOWN, 5)) {
      CostMeasurement read = CostMeasurement.ofCsv(one.csv());
      assertThat(read.csv()).isEqualTo(one.csv());
      assertThat(read.seconds()).isCloseTo(one.seconds(), within(1e-5 * one.seconds()));
      assertThat(read.load().executors()).isEqualTo(one.load().executors());
    }
    assertThatThrownBy(() -> CostMeasurement.ofCsv("FITTED,1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'FITTED,1' has 2 columns; expected use,rows,row_bytes");
    assertThatThrownBy(() -> CostMeasurement.ofCsv("FITTED,1,2,3,4,5,6,7,8,9,10,11,many"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("isn't a measurement; expected use,rows,");
  }

  static List<CostMeasurement> measurements(CostModel model, int number) {
    Random random = new Random(1);
    List<CostMeasurement> measurements = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      CostLoad load =
          new CostLoad(
              1_000 + random.nextInt(50_000),
              100 + random.nextInt(4_000),
              1e-6 + 1e-5 * random.nextDouble(),
              1e6 + 1e8 * random.nextDouble(),
              random.nextInt(3) * 500,
              1 + random.nextInt(128),
              1,
              2,
              1 + random.nextInt(2),
              1 + random.nextInt(2));
      measurements.add(
          new CostMeasurement(
              load, i % 3 == 2 ? Use.HELD_OUT : Use.FITTED, model.seconds(load), 0.5));
    }
    return measurements;
  }
}
