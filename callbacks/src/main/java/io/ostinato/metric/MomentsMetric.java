package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;

/** What is computed from the moments of targets (x) and outputs (y). */
record MomentsMetric(String name, Score score) implements Metric<Moments> {

  /** Makes a number of moments. */
  @FunctionalInterface
  interface Score extends Serializable {
    double of(Moments moments);
  }

  @Override
  public Moments zero() {
    return new Moments();
  }

  @Override
  public Moments update(Moments state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch);
    for (int i = 0; i < pairs.size(); i++) {
      state.add(pairs.targets()[i], pairs.outputs()[i]);
    }
    return state;
  }

  @Override
  public Moments merge(Moments left, Moments right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(Moments state) {
    return state.isDefined() ? score.of(state) : Double.NaN;
  }

  /** {@code 1 - sum (x - y)² / sum (x - mean)²}; NaN where all targets are the same. */
  static double r2(Moments moments) {
    BigDecimal spread = moments.spreadOfX();
    return spread.signum() == 0
        ? Double.NaN
        : 1 - Moments.ratio(moments.squaredDifferences(), spread);
  }

  /** The correlation coefficient; NaN where targets or outputs are all the same. */
  static double pearson(Moments moments) {
    // Rounded first: exact numbers have thousands of digits, which a root doesn't need.
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
