package io.ostinato.jobs.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The median times of one case.
 *
 * @param seconds from the trained arrays to the results
 * @param driverSeconds processor time of the driver's process in that time
 */
record CostMeasurement(CostLoad load, Use use, double seconds, double driverSeconds) {
  /** The columns of a line of CSV. */
  static final String HEADER =
      "use,rows,row_bytes,forward_seconds,model_bytes,result_bytes,tasks,hosts,processors,executors,slots,"
          + "seconds,driver_seconds";

  private static final int COLUMNS = HEADER.split(",").length;

  /** What a measurement is for, which is chosen before it is measured. */
  enum Use {
    /** Coefficients are fitted to it. */
    FITTED("fitted"),
    /** The error is measured with it; it lies within the range of those that are fitted. */
    HELD_OUT("held out"),
    /** The error is measured with it; it lies beyond the range of those that are fitted. */
    BEYOND("beyond the range");

    private final String text;

    Use(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** A line of CSV. */
  String csv() {
    return use
        + ","
        + DoubleStream.of(
                load.rows(),
                load.rowBytes(),
                load.forwardSeconds(),
                load.modelBytes(),
                load.resultBytes(),
                load.tasks(),
                load.hosts(),
                load.processors(),
                load.executors(),
                load.slots(),
                seconds,
                driverSeconds)
            .mapToObj(value -> String.format(Locale.ROOT, "%.6g", value))
            .collect(Collectors.joining(","));
  }

  /**
   * Reads a line that {@link #csv} has written.
   *
   * @throws IllegalArgumentException if it isn't one
   */
  static CostMeasurement ofCsv(String line) {
    String[] cells = line.split(",");
    if (cells.length != COLUMNS) {
      throw new IllegalArgumentException(
          "'%s' has %s columns; expected %s".formatted(line, cells.length, HEADER));
    }
    double[] values;
    Use use;
    try {
      use = Use.valueOf(cells[0]);
      values = Arrays.stream(cells).skip(1).mapToDouble(Double::parseDouble).toArray();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' isn't a measurement; expected %s".formatted(line, HEADER), e);
    }
    CostLoad load =
        new CostLoad(
            values[0],
            values[1],
            values[2],
            values[3],
            values[4],
            values[5],
            (int) values[6],
            (int) values[7],
            (int) values[8],
            (int) values[9]);
    return new CostMeasurement(load, use, values[10], values[11]);
  }
}
