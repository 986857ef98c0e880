package io.ostinato.plot;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Axes over decimal logarithms, whose labels are the values themselves. */
final class LogarithmicAxis {
  /** The digits with a label, from many to few. */
  private static final List<List<Integer>> LABELLED =
      List.of(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9), List.of(1, 2, 5), List.of(1, 3), List.of(1));

  private static final double ROUNDING = 1e-9;

  private LogarithmicAxis() {}

  /**
   * An axis with exactly these ends.
   *
   * @param most the maximum number of steps between labels
   */
  static PlotAxis exactly(double lowest, double highest, int most) {
    for (List<Integer> digits : LABELLED) {
      List<PlotAxis.Tick> ticks = ticks(lowest, highest, digits, 1);
      if (ticks.size() >= 2 && ticks.size() <= most + 1) {
        return new PlotAxis(lowest, highest, ticks);
      }
    }
    int powers = Math.max(1, (int) Math.ceil((highest - lowest) / most));
    List<PlotAxis.Tick> ticks = ticks(lowest, highest, List.of(1), powers);
    return new PlotAxis(
        lowest,
        highest,
        ticks.size() >= 2 && ticks.size() <= most + 2
            ? ticks
            : List.of(tick(lowest), tick(highest)));
  }

  /**
   * An axis from one round value to another: a digit times a power of ten.
   *
   * @param most the maximum number of steps between labels
   */
  static PlotAxis around(double lowest, double highest, int most) {
    double low = Math.floor(lowest + ROUNDING);
    for (int digit = 9; digit > 1; digit--) {
      if (low + Math.log10(digit) <= lowest + ROUNDING) {
        low += Math.log10(digit);
        break;
      }
    }
    double high = Math.floor(highest - ROUNDING);
    for (int digit = 2; digit <= 10; digit++) {
      if (high + Math.log10(digit) >= highest - ROUNDING) {
        high += Math.log10(digit);
        break;
      }
    }
    return exactly(low, high > low ? high : low + 1, most);
  }

  private static List<PlotAxis.Tick> ticks(
      double lowest, double highest, List<Integer> digits, int powers) {
    List<PlotAxis.Tick> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(lowest); power <= highest + ROUNDING; power += powers) {
      for (int digit : digits) {
        double at = power + Math.log10(digit);
        if (at >= lowest - ROUNDING && at <= highest + ROUNDING) {
          BigDecimal value = BigDecimal.valueOf(digit).scaleByPowerOfTen(power);
          ticks.add(
              new PlotAxis.Tick(Math.min(highest, Math.max(lowest, at)), NumberText.text(value)));
        }
      }
    }
    return ticks;
  }

  private static PlotAxis.Tick tick(double at) {
    return new PlotAxis.Tick(at, NumberText.shortOf(Math.pow(10, at)));
  }
}
