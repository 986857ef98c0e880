package io.ostinato.metric;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/**
 * The built-in metrics. Unless stated otherwise, a metric reads {@link MetricBatch#OUTPUTS} and
 * {@link MetricBatch#TARGETS}; {@link ClassOutputs} describes those of a classifier; outputs and
 * targets of a regression have the same shape.
 *
 * <p>The result for no rows is NaN. A NaN in the data makes the result NaN, except where only the
 * order of a row's outputs matters: for {@link #accuracy}, {@link #topK} and metrics derived from a
 * confusion matrix, NaN is the highest output, as in PyTorch; a target whose own output is NaN is
 * not among the highest; in outputs of one column, NaN is not above any threshold. Binned rankings
 * refuse NaN.
 */
public final class Metrics {
  private Metrics() {}

  /** The mean of all elements of an array; named after the array. */
  public static Metric<MeanState> mean(String array) {
    return RowMean.of(
        array,
        (state, batch) -> {
          for (double value : batch.doubles(array)) {
            state.add(value, 1);
          }
        });
  }

  /**
   * The mean of the elements of an array, weighted by the elements of another array, such as the
   * mean over samples of means over batches; named after the first array.
   */
  public static Metric<MeanState> weightedMean(String array, String weights) {
    return RowMean.of(
        array,
        (state, batch) -> {
          double[] values = batch.doubles(array);
          double[] shares = batch.doubles(weights);
          if (values.length != shares.length) {
            throw new IllegalArgumentException(
                "'%s' has %s numbers, and '%s' has %s weights"
                    .formatted(array, values.length, weights, shares.length));
          }
          for (int i = 0; i < values.length; i++) {
            state.add(values[i], shares[i]);
          }
        });
  }

  /** The metrics of a classifier with these outputs. */
  public static ClassMetrics ofClasses(ClassOutputs outputs) {
    return new ClassMetrics(outputs);
  }

  /** {@link ClassMetrics#accuracy()}, with the defaults. */
  public static Metric<MeanState> accuracy() {
    return ofClasses(ClassOutputs.defaults()).accuracy();
  }

  /** {@link ClassMetrics#topK}, with the defaults. */
  public static Metric<MeanState> topK(int k) {
    return ofClasses(ClassOutputs.defaults()).topK(k);
  }

  /** {@link ClassMetrics#confusionMatrix}, with the defaults. */
  public static Metric<ConfusionCounts> confusionMatrix(int classes) {
    return ofClasses(ClassOutputs.defaults()).confusionMatrix(classes);
  }

  /** {@link ClassMetrics#precision}, with the defaults. */
  public static Metric<ConfusionCounts> precision(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).precision(classes, average);
  }

  /** {@link ClassMetrics#recall}, with the defaults. */
  public static Metric<ConfusionCounts> recall(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).recall(classes, average);
  }

  /** {@link ClassMetrics#f1}, with the defaults. */
  public static Metric<ConfusionCounts> f1(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).f1(classes, average);
  }

  /** {@link ClassMetrics#fBeta}, with the defaults. */
  public static Metric<ConfusionCounts> fBeta(double beta, int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).fBeta(beta, classes, average);
  }

  /** {@link ClassMetrics#matthewsCorrelation}, with the defaults. */
  public static Metric<ConfusionCounts> matthewsCorrelation(int classes) {
    return ofClasses(ClassOutputs.defaults()).matthewsCorrelation(classes);
  }

  /** {@link ClassMetrics#rocAuc()}, with the defaults. */
  public static Metric<ScoreList> rocAuc() {
    return ofClasses(ClassOutputs.defaults()).rocAuc();
  }

  /** {@link ClassMetrics#rocAuc(int)}, with the defaults. */
  public static Metric<long[][]> rocAuc(int bins) {
    return ofClasses(ClassOutputs.defaults()).rocAuc(bins);
  }

  /** {@link ClassMetrics#averagePrecision()}, with the defaults. */
  public static Metric<ScoreList> averagePrecision() {
    return ofClasses(ClassOutputs.defaults()).averagePrecision();
  }

  /** {@link ClassMetrics#averagePrecision(int)}, with the defaults. */
  public static Metric<long[][]> averagePrecision(int bins) {
    return ofClasses(ClassOutputs.defaults()).averagePrecision(bins);
  }

  /** {@link ClassMetrics#logLoss()}, for outputs of this kind. */
  public static Metric<MeanState> logLoss(OutputKind kind) {
    return ofClasses(ClassOutputs.defaults().kind(kind)).logLoss();
  }

  /** {@link ClassMetrics#crossEntropy()}, with the defaults. */
  public static Metric<MeanState> crossEntropy() {
    return ofClasses(ClassOutputs.defaults()).crossEntropy();
  }

  /** {@link ClassMetrics#brier()}, for outputs of this kind. */
  public static Metric<MeanState> brier(OutputKind kind) {
    return ofClasses(ClassOutputs.defaults().kind(kind)).brier();
  }

  /** {@link ClassMetrics#calibrationError}, for outputs of this kind. */
  public static Metric<?> calibrationError(OutputKind kind, int bins) {
    return ofClasses(ClassOutputs.defaults().kind(kind)).calibrationError(bins);
  }

  /** The mean of squared errors, over all elements. */
  @Kind(name = "mse", value = "Mean squared error.")
  public static Metric<MeanState> mse() {
    return RowMean.ofErrors("mse", Metrics::addSquaredErrors);
  }

  /** The square root of {@link #mse()}. */
  @Kind(name = "rmse", value = "Root mean squared error.")
  public static Metric<MeanState> rmse() {
    return RowMean.ofErrors("rmse", Metrics::addSquaredErrors, Math::sqrt);
  }

  /** The mean of absolute errors, over all elements. */
  @Kind(name = "mae", value = "Mean absolute error.")
  public static Metric<MeanState> mae() {
    return RowMean.ofErrors(
        "mae",
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch);
          for (int i = 0; i < pairs.size(); i++) {
            state.add(Math.abs(pairs.error(i)), 1);
          }
        });
  }

  /**
   * The mean of absolute errors divided by absolute targets; 1 is 100 %. A target of 0 counts as
   * 2.2e-16, as in scikit-learn.
   */
  @Kind(name = "mape", value = "Mean absolute percentage error; 1 is 100 %.")
  public static Metric<MeanState> mape() {
    return RowMean.ofErrors(
        "mape",
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch);
          for (int i = 0; i < pairs.size(); i++) {
            double scale = Math.max(Math.abs(pairs.targets()[i]), Math.ulp(1.0));
            state.add(Math.abs(pairs.error(i)) / scale, 1);
          }
        });
  }

  /**
   * The share of the targets' variance that the outputs explain, over all elements; NaN if all
   * targets are equal.
   */
  @Kind(
      name = "r2",
      value =
          "Coefficient of determination: the share of the targets' variance that the outputs explain.")
  public static Metric<PairedSums> r2() {
    return new PairedSumsMetric("r2", PairedSumsMetric::r2);
  }

  /** The Pearson correlation of outputs and targets, over all elements. */
  @Kind(name = "pearson", value = "Pearson correlation of outputs and targets.")
  public static Metric<PairedSums> pearson() {
    return new PairedSumsMetric("pearson", PairedSumsMetric::pearson);
  }

  /**
   * A quantile of the absolute error over all elements, within 0.5 % of its value; named like
   * {@code error_p95}.
   */
  @Kind(
      name = "error_quantile",
      value = "A quantile of the absolute error, within 0.5 %: `error_p95`.")
  public static Metric<?> errorQuantile(
      @Key(value = "The quantile.", byDefault = "0.95", above = 0, below = 1) double quantile) {
    return new ErrorQuantile("error_p" + number(100 * quantile), quantile);
  }

  /**
   * The mean over rows of {@code |output - target| / |target|}, Euclidean norms over a row's
   * elements, as is usual for surrogate models in physics; infinite if a row's targets are all 0
   * and its outputs are not.
   */
  @Kind(
      name = "relative_l2",
      value = "Mean over rows of the norm of the error divided by the norm of the target.")
  public static Metric<MeanState> relativeL2() {
    return RowMean.ofErrors(
        "relative_l2",
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch);
          for (int row = 0; row < pairs.rows(); row++) {
            state.add(pairs.relativeError(row), 1);
          }
        });
  }

  /**
   * The exponential of the mean cross entropy per token.
   *
   * <p>Outputs are logits {@code (..., vocabulary)}, targets tokens {@code (...)}.
   */
  public static Metric<MeanState> perplexity() {
    return perplexity(ClassOutputs.IGNORED_TARGET);
  }

  /** Like {@link #perplexity()}, but ignores these targets instead of -100. */
  @Kind(name = "perplexity", value = "Exponential of the mean cross entropy per token.")
  public static Metric<MeanState> perplexity(
      @Key(value = "Targets to ignore.", byDefault = "" + ClassOutputs.IGNORED_TARGET)
          long ignoredTarget) {
    return ofClasses(ClassOutputs.defaults().classAxis(-1).ignoredTarget(ignoredTarget))
        .perplexity();
  }

  private static void addSquaredErrors(MeanState state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch);
    for (int i = 0; i < pairs.size(); i++) {
      state.add(pairs.error(i) * pairs.error(i), 1);
    }
  }

  static String number(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
