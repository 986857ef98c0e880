package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;

/** A metric computed from exact sums over targets (x) and outputs (y). */
record PairedSumsMetric(String name, Mask mask, Score score) implements Metric<PairedSums> {

  /** Computes a number from the sums. */
  @FunctionalInterface
  interface Score extends Serializable {
    double of(PairedSums sums);
  }

  @Override
  public List<String> columns() {
    return mask.columns();
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  public PairedSums zero() {
    return new PairedSums();
  }

  @Override
  public PairedSums update(PairedSums state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch, mask);
    for (int i = 0; i < pairs.size(); i++) {
      state.add(pairs.target(i), pairs.output(i));
    }
    return state;
  }

  @Override
  public PairedSums merge(PairedSums left, PairedSums right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(PairedSums state) {
    return state.isDefined() ? score.of(state) : Double.NaN;
  }

  /** {@code 1 - sum (x - y)² / sum (x - mean)²}; NaN if all targets are equal. */
  static double r2(PairedSums moments) {
    BigDecimal spread = moments.spreadOfX();
    return spread.signum() == 0
        ? Double.NaN
        : 1 - PairedSums.ratio(moments.squaredDifferences(), spread);
  }

  /** The correlation coefficient; NaN if all targets or all outputs are equal. */
  static double pearson(PairedSums moments) {
    // Rounded first: exact numbers have thousands of digits, which the square root doesn't need.
    BigDecimal x = moments.spreadOfX().round(MathContext.DECIMAL128);
    BigDecimal y = moments.spreadOfY().round(MathContext.DECIMAL128);
    if (x.signum() == 0 || y.signum() == 0) {
      return Double.NaN;
    }
    return moments
        .jointSpread()
        .divide(x.multiply(y).sqrt(MathContext.DECIMAL128), MathContext.DECIMAL64)
        .doubleValue();
  }
}
