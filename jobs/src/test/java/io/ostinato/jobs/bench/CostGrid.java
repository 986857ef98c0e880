package io.ostinato.jobs.bench;

import io.ostinato.jobs.bench.CostCase.Data;
import io.ostinato.jobs.bench.CostCase.Net;
import io.ostinato.jobs.bench.CostCase.Returned;
import io.ostinato.jobs.bench.CostMeasurement.Use;
import java.util.ArrayList;
import java.util.List;

/**
 * The cases to measure: each data with each size of the model, and numbers of units and kinds of
 * results shared out so that they vary independently. One case in three is held out: each data
 * once, and each size of the model equally often. Others go beyond the grid in one quantity.
 *
 * @param data one for each row of the grid
 * @param megabytes sizes of the table of the model, one for each column
 * @param units of the layers
 * @param beyond cases beyond the range of the others
 */
record CostGrid(
    List<Data> data, List<Integer> megabytes, List<Integer> units, List<CostCase> beyond) {

  /** The grid that is reported. */
  static CostGrid standard() {
    return new CostGrid(
        List.of(
            new Data(2_048, 784, 2),
            new Data(8_192, 784, 8),
            new Data(16_384, 784, 2),
            new Data(8_192, 196, 16),
            new Data(24_576, 196, 2),
            new Data(4_096, 196, 24)),
        List.of(1, 8, 30),
        List.of(64, 512),
        List.of(
            new CostCase(
                new Data(32_768, 784, 2), new Net(784, 512, 1), Returned.METRICS, Use.BEYOND),
            new CostCase(
                new Data(4_096, 196, 64), new Net(196, 64, 1), Returned.PREDICTIONS, Use.BEYOND),
            new CostCase(
                new Data(2_048, 784, 2), new Net(784, 64, 100), Returned.METRICS, Use.BEYOND)));
  }

  /**
   * The cases to measure on executors.
   *
   * @param use if their number is beyond the range, nothing else is
   */
  List<CostCase> cases(Use use) {
    List<CostCase> cases = new ArrayList<>();
    for (int row = 0; row < data.size(); row++) {
      for (int column = 0; column < megabytes.size(); column++) {
        cases.add(at(row, column));
      }
    }
    if (use != Use.BEYOND) {
      cases.addAll(beyond);
    }
    return cases;
  }

  private CostCase at(int row, int column) {
    Data rows = data.get(row);
    int number = row * megabytes.size() + column;
    Returned[] kinds = Returned.values();
    return new CostCase(
        rows,
        new Net(rows.width(), units.get((number + 1) % units.size()), megabytes.get(column)),
        kinds[(2 * row + column) % kinds.length],
        (row + column) % 3 == 2 ? Use.HELD_OUT : Use.FITTED);
  }
}
