package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/**
 * The metrics of a regression, whose outputs and targets have the same shape; see {@link
 * Metrics#ofRegression}.
 */
public final class RegressionMetrics {
  private final Mask mask;

  RegressionMetrics(Mask mask) {
    this.mask = mask;
  }

  /** Creates them from the keys of a configuration. */
  @FromKeys
  static RegressionMetrics of(
      @Key(
              value =
                  "The column of the dataset that selects the positions that count: 1 if a position"
                      + " counts, 0 if not.",
              byDefault = "''",
              otherwise = "all positions count")
          String mask) {
    return new RegressionMetrics(mask.isBlank() ? Mask.NONE : Mask.ofColumn(mask));
  }

  /**
   * The metrics of the elements that a column of the dataset selects: 1 if an element counts, 0 if
   * not. It has the shape of the outputs; dimensions can be missing at its end.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  public RegressionMetrics mask(String column) {
    return new RegressionMetrics(Mask.ofColumn(column));
  }

  /** The mean of squared errors, over all elements. */
  @Kind(name = "mse", value = "Mean squared error.", first = "output")
  public Metric<MeanState> mse() {
    return RowMean.ofErrors("mse", mask, RegressionMetrics::squaredError, mean -> mean);
  }

  /** The square root of {@link #mse()}. */
  @Kind(name = "rmse", value = "Root mean squared error.", first = "output")
  public Metric<MeanState> rmse() {
    return RowMean.ofErrors("rmse", mask, RegressionMetrics::squaredError, Math::sqrt);
  }

  /** The mean of absolute errors, over all elements. */
  @Kind(name = "mae", value = "Mean absolute error.", first = "output")
  public Metric<MeanState> mae() {
    return RowMean.ofErrors(
        "mae", mask, (pairs, index) -> Math.abs(pairs.error(index)), mean -> mean);
  }

  /**
   * The mean of absolute errors divided by absolute targets; 1 is 100 %. A target of 0 counts as
   * 2.2e-16, as in scikit-learn.
   */
  @Kind(name = "mape", value = "Mean absolute percentage error; 1 is 100 %.", first = "output")
  public Metric<MeanState> mape() {
    return RowMean.ofErrors(
        "mape",
        mask,
        (pairs, index) ->
            Math.abs(pairs.error(index)) / Math.max(Math.abs(pairs.target(index)), Math.ulp(1.0)),
        mean -> mean);
  }

  /**
   * The share of the targets' variance that the outputs explain, over all elements; NaN if all
   * targets are equal.
   */
  public Metric<PairedSums> r2() {
    return new PairedSumsMetric("r2", mask, PairedSumsMetric::r2);
  }

  /**
   * The share of the targets' variance that the outputs explain, with an average over the outputs
   * of a row, as in scikit-learn; named like {@code r2_uniform_average}. An output whose targets
   * are all equal has the score 1 if it equals them, and otherwise 0.
   */
  @Kind(
      name = "r2",
      value =
          "Coefficient of determination: the share of the targets' variance that the outputs explain.",
      first = "output")
  public Metric<?> r2(
      @Key(
              value =
                  "How to combine the scores of several outputs, named as in scikit-learn;"
                      + " `flattened` computes one score over all their elements.",
              byDefault = "flattened")
          OutputsAverage multioutput) {
    return switch (multioutput) {
      case FLATTENED -> r2();
      case UNIFORM_AVERAGE -> new R2PerOutput("r2_uniform_average", mask, multioutput);
      case VARIANCE_WEIGHTED -> new R2PerOutput("r2_variance_weighted", mask, multioutput);
    };
  }

  /** The Pearson correlation of outputs and targets, over all elements. */
  @Kind(name = "pearson", value = "Pearson correlation of outputs and targets.", first = "output")
  public Metric<PairedSums> pearson() {
    return new PairedSumsMetric("pearson", mask, PairedSumsMetric::pearson);
  }

  /**
   * A quantile of the absolute error over all elements, within 0.5 % of its value; named like
   * {@code error_p95}.
   */
  @Kind(
      name = "error_quantile",
      value = "A quantile of the absolute error, within 0.5 %: `error_p95`.")
  public Metric<?> errorQuantile(
      @Key(value = "The quantile.", byDefault = "0.95", above = 0, below = 1) double quantile) {
    return new ErrorQuantile("error_p" + Metrics.number(100 * quantile), mask, quantile);
  }

  /**
   * The mean over rows of {@code |output - target| / |target|}, Euclidean norms over a row's
   * elements, as is usual for surrogate models in physics; infinite if a row's targets are all 0
   * and its outputs are not.
   */
  @Kind(
      name = "relative_l2",
      value = "Mean over rows of the norm of the error divided by the norm of the target.",
      first = "output")
  public Metric<MeanState> relativeL2() {
    return RowMean.ofRelativeErrors("relative_l2", mask);
  }

  private static double squaredError(Pairs pairs, int index) {
    return pairs.error(index) * pairs.error(index);
  }
}
