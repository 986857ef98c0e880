package io.ostinato.jobs.bench;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * Linear least squares on the relative error, {@code sum((predicted / measured - 1)^2)}, with
 * coefficients that are at least zero. With as few terms as here, the solution is found among the
 * unconstrained ones of all subsets of terms: it is the best of those without a negative
 * coefficient.
 */
final class NonNegativeFit {
  private static final int MOST_TERMS = 16;

  /** The condition number from which terms can't be told apart. */
  private static final double SINGULAR = 1e6;

  private final RealMatrix scaled;
  private final double[] lengths;
  private final RealVector ones;

  private NonNegativeFit(RealMatrix scaled, double[] lengths) {
    this.scaled = scaled;
    this.lengths = lengths;
    this.ones = new ArrayRealVector(scaled.getRowDimension(), 1);
  }

  /**
   * Fits the coefficients, in the order of the terms.
   *
   * @param terms names of the columns
   * @param quantities (measurements, terms)
   * @param measured above zero, one for each measurement
   * @throws IllegalArgumentException if there are fewer measurements than terms, a measured value
   *     isn't above zero, a term is zero in all measurements, or terms can't be told apart
   */
  static double[] of(List<String> terms, double[][] quantities, double[] measured) {
    if (terms.size() > MOST_TERMS) {
      throw new IllegalArgumentException(
          "%s terms are too many; the maximum is %s".formatted(terms.size(), MOST_TERMS));
    }
    if (measured.length < terms.size()) {
      throw new IllegalArgumentException(
          "%s measurements can't determine the coefficients of %s terms (%s); measure more cases"
              .formatted(measured.length, terms.size(), String.join(", ", terms)));
    }
    double[][] relative = new double[measured.length][];
    for (int i = 0; i < measured.length; i++) {
      relative[i] = relative(quantities[i], measured[i]);
    }
    double[] lengths = new double[terms.size()];
    for (int j = 0; j < lengths.length; j++) {
      lengths[j] = scale(relative, j, terms.get(j));
    }
    RealMatrix scaled = new Array2DRowRealMatrix(relative, false);
    double condition = new SingularValueDecomposition(scaled).getConditionNumber();
    if (!(condition < SINGULAR)) {
      throw new IllegalArgumentException(
          "the measurements don't tell the terms %s apart; vary each of them independently of the others"
              .formatted(String.join(", ", terms)));
    }
    return new NonNegativeFit(scaled, lengths).best();
  }

  private static double[] relative(double[] quantities, double measured) {
    if (!(measured > 0)) {
      throw new IllegalArgumentException(
          "a measurement is %s; expected a time above zero".formatted(measured));
    }
    double[] relative = quantities.clone();
    for (int j = 0; j < relative.length; j++) {
      relative[j] /= measured;
    }
    return relative;
  }

  /** Scales a column to length 1, and returns its length. */
  private static double scale(double[][] matrix, int column, String term) {
    double sum = 0;
    for (double[] row : matrix) {
      sum += row[column] * row[column];
    }
    if (sum == 0) {
      throw new IllegalArgumentException(
          "the term '%s' is zero in all measurements; measure cases that have it".formatted(term));
    }
    for (double[] row : matrix) {
      row[column] /= Math.sqrt(sum);
    }
    return Math.sqrt(sum);
  }

  private double[] best() {
    int terms = lengths.length;
    double[] best = new double[terms];
    double least = Double.POSITIVE_INFINITY;
    for (int subset = 1; subset < 1 << terms; subset++) {
      int[] columns = columns(subset);
      RealMatrix part = scaled.getSubMatrix(rows(), columns);
      RealVector found = new QRDecomposition(part).getSolver().solve(ones);
      double error = part.operate(found).getDistance(ones);
      if (found.getMinValue() >= 0 && error < least) {
        least = error;
        best = new double[terms];
        for (int j = 0; j < columns.length; j++) {
          best[columns[j]] = found.getEntry(j) / lengths[columns[j]];
        }
      }
    }
    return best;
  }

  private int[] rows() {
    int[] rows = new int[scaled.getRowDimension()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i;
    }
    return rows;
  }

  private static int[] columns(int subset) {
    List<Integer> columns = new ArrayList<>();
    for (int j = 0; subset >> j > 0; j++) {
      if ((subset >> j & 1) == 1) {
        columns.add(j);
      }
    }
    return columns.stream().mapToInt(Integer::intValue).toArray();
  }
}
