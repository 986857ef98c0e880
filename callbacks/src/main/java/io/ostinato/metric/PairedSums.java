package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;

/** Exact sums of two variables, their squares and their product. */
public final class PairedSums implements Serializable {
  private static final long serialVersionUID = 1;

  private final ExactSum x = new ExactSum();
  private final ExactSum y = new ExactSum();
  private final ExactSum xx = new ExactSum();
  private final ExactSum yy = new ExactSum();
  private final ExactSum xy = new ExactSum();
  private long count;

  void add(double a, double b) {
    x.add(a);
    y.add(b);
    xx.addProduct(a, a);
    yy.addProduct(b, b);
    xy.addProduct(a, b);
    count++;
  }

  void add(PairedSums other) {
    x.add(other.x);
    y.add(other.y);
    xx.add(other.xx);
    yy.add(other.yy);
    xy.add(other.xy);
    count += other.count;
  }

  /** The number of pairs. */
  long count() {
    return count;
  }

  boolean isDefined() {
    return count > 0
        && x.isFinite()
        && y.isFinite()
        && xx.isFinite()
        && yy.isFinite()
        && xy.isFinite();
  }

  /** {@code n} times the sum of squared deviations of x from its mean; exact. */
  BigDecimal spreadOfX() {
    return spread(xx, x, x);
  }

  /** {@code n} times the sum of squared deviations of y from its mean; exact. */
  BigDecimal spreadOfY() {
    return spread(yy, y, y);
  }

  /** {@code n} times the sum of products of the deviations of x and y; exact. */
  BigDecimal jointSpread() {
    return spread(xy, x, y);
  }

  /** {@code n} times the sum of squares of x - y; exact. */
  BigDecimal squaredDifferences() {
    return xx.exact()
        .add(yy.exact())
        .subtract(xy.exact().multiply(BigDecimal.valueOf(2)))
        .multiply(BigDecimal.valueOf(count));
  }

  static double ratio(BigDecimal a, BigDecimal b) {
    return a.divide(b, MathContext.DECIMAL64).doubleValue();
  }

  private BigDecimal spread(ExactSum product, ExactSum left, ExactSum right) {
    return product
        .exact()
        .multiply(BigDecimal.valueOf(count))
        .subtract(left.exact().multiply(right.exact()));
  }
}
