package io.ostinato.plot;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/**
 * The values along one side of a plot.
 *
 * @param min the lowest value
 * @param max the highest value; greater than the lowest
 * @param ticks the values with a label, ascending
 */
record PlotAxis(double min, double max, List<Tick> ticks) {
  private static final int[] STEPS = {1, 2, 5, 10};

  /** A value with its label. */
  record Tick(double value, String label) {}

  PlotAxis {
    ticks = List.copyOf(ticks);
  }

  /**
   * An axis from one round value to another.
   *
   * @param most the maximum number of steps between labels
   */
  static PlotAxis around(double lowest, double highest, int most) {
    double low = lowest;
    double high = highest;
    if (!(high > low)) {
      double room = low == 0 ? 1 : Math.max(Math.abs(low) * 0.1, Double.MIN_NORMAL);
      low -= room;
      high += room;
    }
    BigDecimal step = step(low, high, most);
    if (step.signum() == 0 || !isRoom(low, high, step)) {
      return plain(low, high);
    }
    BigDecimal first = floor(low, step);
    BigDecimal last = floor(high, step);
    if (last.compareTo(new BigDecimal(high)) < 0) {
      last = last.add(step);
    }
    return of(first.doubleValue(), last.doubleValue(), first, step);
  }

  /** An axis with exactly these ends. */
  static PlotAxis exactly(double min, double max, int most) {
    BigDecimal step = step(min, max, most);
    if (step.signum() == 0 || !isRoom(min, max, step)) {
      return plain(min, max);
    }
    BigDecimal first = floor(min, step);
    if (first.compareTo(new BigDecimal(min)) < 0) {
      first = first.add(step);
    }
    return of(min, max, first, step);
  }

  /** An axis of counts from 0, whose labels are whole numbers. */
  static PlotAxis ofCounts(long highest, int most) {
    long step = 1;
    for (int i = 0; highest / step > most; i++) {
      step = (long) (STEPS[(i + 1) % 3] * Math.pow(10, (i + 1) / 3));
    }
    BigDecimal exact = BigDecimal.valueOf(step);
    long end = Math.max(1, (highest + step - 1) / step) * step;
    return of(0, end, BigDecimal.ZERO, exact);
  }

  /** Where a value is, from 0 at the lowest to 1 at the highest. */
  double share(double value) {
    return (value / 2 - min / 2) / (max / 2 - min / 2); // the range can exceed that of a double
  }

  private static PlotAxis of(double min, double max, BigDecimal first, BigDecimal step) {
    List<Tick> ticks = new ArrayList<>();
    for (BigDecimal value = first; value.doubleValue() <= max; value = value.add(step)) {
      ticks.add(new Tick(value.doubleValue(), NumberText.text(value)));
    }
    return new PlotAxis(min, max, ticks);
  }

  /** An axis of numbers that are too large or too close to each other for round steps. */
  private static PlotAxis plain(double low, double high) {
    double bottom = Math.max(low, -Double.MAX_VALUE);
    double top = Math.min(high, Double.MAX_VALUE);
    return new PlotAxis(
        bottom,
        top,
        List.of(
            new Tick(bottom, NumberText.shortOf(bottom)), new Tick(top, NumberText.shortOf(top))));
  }

  private static boolean isRoom(double low, double high, BigDecimal step) {
    double size = step.doubleValue();
    return Double.isFinite(low - size)
        && Double.isFinite(high + size)
        && low + size > low
        && high - size < high;
  }

  /** 1, 2 or 5 times a power of ten; 0 if the range is too large for a double. */
  private static BigDecimal step(double low, double high, int most) {
    double rough = (high - low) / most;
    if (!Double.isFinite(rough) || rough < Double.MIN_NORMAL) {
      return BigDecimal.ZERO;
    }
    int exponent = (int) Math.floor(Math.log10(rough));
    for (int times : STEPS) {
      BigDecimal step = BigDecimal.valueOf(times).scaleByPowerOfTen(exponent);
      if (step.doubleValue() >= rough * (1 - 1e-9)) {
        return step;
      }
    }
    return BigDecimal.ONE.scaleByPowerOfTen(exponent + 1);
  }

  private static BigDecimal floor(double value, BigDecimal step) {
    BigDecimal exact = new BigDecimal(value);
    BigDecimal steps = exact.divideToIntegralValue(step, MathContext.UNLIMITED);
    BigDecimal floor = steps.multiply(step);
    return floor.compareTo(exact) > 0 ? floor.subtract(step) : floor;
  }
}
