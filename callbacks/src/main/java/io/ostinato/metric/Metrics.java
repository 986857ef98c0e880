package io.ostinato.metric;

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
  public static Metric<?> precision(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).precision(classes, average);
  }

  /** {@link ClassMetrics#recall}, with the defaults. */
  public static Metric<?> recall(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).recall(classes, average);
  }

  /** {@link ClassMetrics#f1}, with the defaults. */
  public static Metric<?> f1(int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).f1(classes, average);
  }

  /** {@link ClassMetrics#fBeta}, with the defaults. */
  public static Metric<?> fBeta(double beta, int classes, Average average) {
    return ofClasses(ClassOutputs.defaults()).fBeta(beta, classes, average);
  }

  /** {@link ClassMetrics#matthewsCorrelation}, with the defaults. */
  public static Metric<ConfusionCounts> matthewsCorrelation(int classes) {
    return ofClasses(ClassOutputs.defaults()).matthewsCorrelation(classes);
  }

  /** {@link ClassMetrics#rocAuc()}, with the defaults. */
  public static Metric<?> rocAuc() {
    return ofClasses(ClassOutputs.defaults()).rocAuc();
  }

  /** {@link ClassMetrics#rocAuc(int)}, with the defaults. */
  public static Metric<?> rocAuc(int bins) {
    return ofClasses(ClassOutputs.defaults()).rocAuc(bins);
  }

  /** {@link ClassMetrics#averagePrecision()}, with the defaults. */
  public static Metric<?> averagePrecision() {
    return ofClasses(ClassOutputs.defaults()).averagePrecision();
  }

  /** {@link ClassMetrics#averagePrecision(int)}, with the defaults. */
  public static Metric<?> averagePrecision(int bins) {
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

  /** The metrics of a regression, over all elements. */
  public static RegressionMetrics ofRegression() {
    return new RegressionMetrics(Mask.NONE);
  }

  /** {@link RegressionMetrics#mse()}, over all elements. */
  public static Metric<MeanState> mse() {
    return ofRegression().mse();
  }

  /** {@link RegressionMetrics#rmse()}, over all elements. */
  public static Metric<MeanState> rmse() {
    return ofRegression().rmse();
  }

  /** {@link RegressionMetrics#mae()}, over all elements. */
  public static Metric<MeanState> mae() {
    return ofRegression().mae();
  }

  /** {@link RegressionMetrics#mape()}, over all elements. */
  public static Metric<MeanState> mape() {
    return ofRegression().mape();
  }

  /** {@link RegressionMetrics#r2()}, over all elements. */
  public static Metric<PairedSums> r2() {
    return ofRegression().r2();
  }

  /** {@link RegressionMetrics#pearson()}, over all elements. */
  public static Metric<PairedSums> pearson() {
    return ofRegression().pearson();
  }

  /** {@link RegressionMetrics#errorQuantile}, over all elements. */
  public static Metric<?> errorQuantile(double quantile) {
    return ofRegression().errorQuantile(quantile);
  }

  /** {@link RegressionMetrics#relativeL2()}, over all elements. */
  public static Metric<MeanState> relativeL2() {
    return ofRegression().relativeL2();
  }

  /** The metrics of retrieval by embeddings. */
  public static RetrievalMetrics ofRetrieval(EmbeddingSearch search) {
    return new RetrievalMetrics(search);
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
  public static Metric<MeanState> perplexity(long ignoredTarget) {
    return ofClasses(ClassOutputs.defaults().ignoredTarget(ignoredTarget)).perplexityOfLast();
  }

  static String number(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
