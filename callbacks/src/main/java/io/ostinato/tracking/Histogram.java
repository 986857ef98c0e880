package io.ostinato.tracking;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A distribution of numbers. NaN and infinities are ignored.
 *
 * @param min the lowest number; NaN if there is none
 * @param max the highest number; NaN if there is none
 * @param count the number of values
 * @param sum the sum of the values
 * @param sumOfSquares the sum of the squared values
 * @param limits the upper limit of each bin, ascending; the last is {@code max}
 * @param counts the number of values in each bin: above the previous limit, up to and including its
 *     own
 */
public record Histogram(
    double min,
    double max,
    long count,
    double sum,
    double sumOfSquares,
    List<Double> limits,
    List<Long> counts) {
  private static final int BINS = 64;

  public Histogram {
    limits = List.copyOf(limits);
    counts = List.copyOf(counts);
  }

  /**
   * The histogram of all elements of an array, of any shape and numeric data type, in 64 bins of
   * equal width.
   */
  public static Histogram of(NDArray array) {
    try (NDArray exact = array.toType(DataType.FLOAT64, true)) {
      return of(exact.toDoubleArray());
    }
  }

  /**
   * The histogram of these numbers, in 64 bins of equal width; in a single bin if all are the same.
   */
  public static Histogram of(double... numbers) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double sumOfSquares = 0;
    long count = 0;
    for (double number : numbers) {
      if (Double.isFinite(number)) {
        min = Math.min(min, number);
        max = Math.max(max, number);
        sum += number;
        sumOfSquares += number * number;
        count++;
      }
    }
    if (count == 0) {
      return new Histogram(Double.NaN, Double.NaN, 0, 0, 0, List.of(), List.of());
    }
    List<Double> limits = limits(min, max);
    return new Histogram(min, max, count, sum, sumOfSquares, limits, counts(numbers, limits));
  }

  private static List<Double> limits(double min, double max) {
    List<Double> limits = new ArrayList<>();
    for (int bin = 1; bin < BINS; bin++) {
      // Avoids max - min, which can overflow a double.
      double limit = min / BINS * (BINS - bin) + max / BINS * bin;
      if (limit > (limits.isEmpty() ? min : limits.get(limits.size() - 1)) && limit < max) {
        limits.add(limit);
      }
    }
    limits.add(max);
    return limits;
  }

  private static List<Long> counts(double[] numbers, List<Double> limits) {
    long[] counts = new long[limits.size()];
    for (double number : numbers) {
      if (Double.isFinite(number)) {
        int found = Collections.binarySearch(limits, number);
        counts[found >= 0 ? found : -found - 1]++;
      }
    }
    List<Long> boxed = new ArrayList<>();
    for (long inBin : counts) {
      boxed.add(inBin);
    }
    return boxed;
  }
}
