package io.ostinato.plot;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Values over a count, such as a metric over updates.
 *
 * @param name the name in the legend
 * @param x the counts, in any order
 * @param y the value at each; NaN and infinities leave a gap
 * @param best which value is marked
 */
public record Curve(String name, double[] x, double[] y, Best best) {

  /** Which value of a curve is the best one. */
  public enum Best {
    HIGHEST,
    LOWEST,
    /** No value is marked. */
    NONE
  }

  /**
   * Creates a curve.
   *
   * @throws IllegalArgumentException if there are not as many values as counts, or a count isn't
   *     finite
   */
  public Curve {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "the curve '%s' has %s counts and %s values; give one value for each count"
              .formatted(name, x.length, y.length));
    }
    if (!Arrays.stream(x).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "the curve '%s' has a count that isn't a finite number".formatted(name));
    }
    x = x.clone();
    y = y.clone();
    sort(x, y);
  }

  /** The counts, ascending. */
  @Override
  public double[] x() {
    return x.clone();
  }

  /** The values, in the order of the counts. */
  @Override
  public double[] y() {
    return y.clone();
  }

  /** The position of the best finite value; of equal ones, that of the first. */
  OptionalInt bestPosition() {
    int found = -1;
    for (int i = 0; i < y.length; i++) {
      if (best != Best.NONE && Double.isFinite(y[i]) && (found < 0 || isBetter(y[i], y[found]))) {
        found = i;
      }
    }
    return found < 0 ? OptionalInt.empty() : OptionalInt.of(found);
  }

  private boolean isBetter(double value, double than) {
    return best == Best.HIGHEST ? value > than : value < than;
  }

  private static void sort(double[] x, double[] y) {
    Integer[] order = new Integer[x.length];
    Arrays.setAll(order, i -> i);
    double[] unsorted = x.clone();
    double[] values = y.clone();
    Arrays.sort(order, (a, b) -> Double.compare(unsorted[a], unsorted[b]));
    for (int i = 0; i < order.length; i++) {
      x[i] = unsorted[order[i]];
      y[i] = values[order[i]];
    }
  }
}
