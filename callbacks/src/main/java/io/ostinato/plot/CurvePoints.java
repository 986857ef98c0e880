package io.ostinato.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Selects the points of a curve that can be seen. */
final class CurvePoints {
  private static final int ALL = 500;

  private CurvePoints() {}

  /** Finds the column of pixels of a count. */
  @FunctionalInterface
  interface Column {
    int of(double count);
  }

  /**
   * The positions of the points to draw, ascending. Of more than 500 points, these are the first,
   * the last, the lowest and the highest of each column of pixels, and one of each gap.
   */
  static List<Integer> drawn(double[] x, double[] y, Column columns) {
    TreeSet<Integer> drawn = new TreeSet<>();
    int from = 0;
    while (from < x.length) {
      int to = from + 1;
      if (x.length > ALL) {
        int column = columns.of(x[from]);
        while (to < x.length && columns.of(x[to]) == column) {
          to++;
        }
      }
      add(y, from, to, drawn);
      from = to;
    }
    return new ArrayList<>(drawn);
  }

  private static void add(double[] y, int from, int to, TreeSet<Integer> drawn) {
    int lowest = from;
    int highest = from;
    for (int i = from; i < to; i++) {
      if (Double.isFinite(y[i])) {
        lowest = !Double.isFinite(y[lowest]) || y[i] < y[lowest] ? i : lowest;
        highest = !Double.isFinite(y[highest]) || y[i] > y[highest] ? i : highest;
      } else if (i == from || Double.isFinite(y[i - 1])) {
        drawn.add(i);
      }
    }
    drawn.addAll(List.of(from, to - 1, lowest, highest));
  }
}
