package io.ostinato.metric;

import java.util.Locale;

/**
 * The metrics that ship. Unless a metric says otherwise it reads {@link MetricBatch#OUTPUTS} and
 * {@link MetricBatch#TARGETS}; outputs of a classifier are {@code (N, classes)}, its targets whole
 * numbers {@code (N)}; outputs and targets of a regression have one shape.
 *
 * <p>No rows give NaN. A NaN in what is measured gives NaN, but where only the order of a row's
 * outputs counts: for {@link #accuracy}, {@link #topK} and what is made of a confusion matrix, NaN
 * is the highest output, as in PyTorch; a target whose own output is NaN is not among the highest.
 * Rankings in bins refuse it.
 */
public final class Metrics {
  private Metrics() {}

  /** The mean of all numbers of an array; named after it. */
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
   * The mean of the numbers of an array, each weighted by the number at its place in another, as in
   * the mean over samples of means over batches; named after the first.
   */
  public static Metric<MeanState> weightedMean(String array, String weights) {
    return RowMean.of(
        array,
        (state, batch) -> {
          double[] values = batch.doubles(array);
          double[] shares = batch.doubles(weights);
          if (values.length != shares.length) {
            throw new IllegalArgumentException(
                "'%s' has %d numbers, and '%s' has %d weights"
                    .formatted(array, values.length, weights, shares.length));
          }
          for (int i = 0; i < values.length; i++) {
            state.add(values[i], shares[i]);
          }
        });
  }

  /** The share of rows whose highest output is that of the target; of equals the first counts. */
  public static Metric<MeanState> accuracy() {
    return RowMean.of(
        "accuracy",
        (state, batch) -> {
          ClassScores scores = ClassScores.of(batch);
          for (int row = 0; row < scores.rows(); row++) {
            state.add(scores.predicted(row) == scores.targets()[row] ? 1 : 0, 1);
          }
        });
  }

  /** The share of rows whose target is among the {@code k} highest outputs. */
  public static Metric<MeanState> topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("top_k needs k of at least 1; given: " + k);
    }
    return RowMean.of(
        "top_" + k + "_accuracy",
        (state, batch) -> {
          ClassScores scores = ClassScores.of(batch);
          if (k > scores.classes()) {
            throw new IllegalArgumentException(
                "top_%d_accuracy needs at least %d classes; the outputs have %d"
                    .formatted(k, k, scores.classes()));
          }
          for (int row = 0; row < scores.rows(); row++) {
            state.add(scores.rankOfTarget(row) < k ? 1 : 0, 1);
          }
        });
  }

  /** The counts of each target and prediction; its result, a number, is the accuracy. */
  public static Metric<ConfusionCounts> confusionMatrix(int classes) {
    return new ConfusionMetric(
        "confusion_matrix", classes, counts -> (double) counts.hits() / counts.total());
  }

  /** Hits over predictions; 0 where nothing was predicted. */
  public static Metric<ConfusionCounts> precision(int classes, Average average) {
    return averaged("precision", classes, average, ConfusionMetric::precision);
  }

  /** Hits over targets; 0 where there are none. */
  public static Metric<ConfusionCounts> recall(int classes, Average average) {
    return averaged("recall", classes, average, ConfusionMetric::recall);
  }

  /** The harmonic mean of precision and recall. */
  public static Metric<ConfusionCounts> f1(int classes, Average average) {
    return averaged("f1", classes, average, ConfusionMetric.fBeta(1));
  }

  /** The harmonic mean of precision and recall, where recall counts {@code beta} times as much. */
  public static Metric<ConfusionCounts> fBeta(double beta, int classes, Average average) {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("beta must be a finite number above 0; given: " + beta);
    }
    return averaged("f" + number(beta), classes, average, ConfusionMetric.fBeta(beta));
  }

  /**
   * The area under the receiver operating characteristic of two classes, exact; keeps 8 bytes for
   * each row.
   */
  public static Metric<ScoreList> rocAuc() {
    return new ExactRanking("roc_auc", steps -> Ranking.rocAuc(steps));
  }

  /** As {@link #rocAuc()}, of probabilities in bins of one width. */
  public static Metric<long[][]> rocAuc(int bins) {
    return new BinnedRanking("roc_auc", bins, steps -> Ranking.rocAuc(steps));
  }

  /** The average precision of two classes, exact; keeps 8 bytes for each row. */
  public static Metric<ScoreList> averagePrecision() {
    return new ExactRanking("average_precision", steps -> Ranking.averagePrecision(steps));
  }

  /** As {@link #averagePrecision()}, of probabilities in bins of one width. */
  public static Metric<long[][]> averagePrecision(int bins) {
    return new BinnedRanking("average_precision", bins, steps -> Ranking.averagePrecision(steps));
  }

  /**
   * The mean of minus the logarithm of the target's probability, in nats; the cross entropy.
   * Infinite where a target's probability is 0.
   */
  public static Metric<MeanState> logLoss(OutputKind kind) {
    return logLoss("log_loss", kind);
  }

  /** As {@link #logLoss} of logits, under the name that PyTorch has for it. */
  public static Metric<MeanState> crossEntropy() {
    return logLoss("cross_entropy", OutputKind.LOGITS);
  }

  private static Metric<MeanState> logLoss(String name, OutputKind kind) {
    return RowMean.of(
        name,
        (state, batch) -> {
          ClassScores scores = kind.scores(batch);
          for (int row = 0; row < scores.rows(); row++) {
            state.add(-kind.logProbability(scores, row, (int) scores.targets()[row]), 1);
          }
        });
  }

  /**
   * The mean over rows of the squared distance of all probabilities from the target, from 0 to 2
   * (Brier, Verification of forecasts expressed in terms of probability, 1950). For two classes it
   * is twice what scikit-learn gives.
   */
  public static Metric<MeanState> brier(OutputKind kind) {
    return RowMean.of(
        "brier",
        (state, batch) -> {
          ClassScores scores = kind.scores(batch);
          for (int row = 0; row < scores.rows(); row++) {
            double sum = 0;
            for (int c = 0; c < scores.classes(); c++) {
              double hit = c == scores.targets()[row] ? 1 : 0;
              double distance = kind.probability(scores, row, c) - hit;
              sum += distance * distance;
            }
            state.add(sum, 1);
          }
        });
  }

  /** How far the confidence is from the accuracy, over bins of one width; 15 is usual. */
  public static Metric<?> calibrationError(OutputKind kind, int bins) {
    return new CalibrationError("calibration_error", kind, bins);
  }

  /** The mean of squared errors, over all elements. */
  public static Metric<MeanState> mse() {
    return RowMean.of("mse", Metrics::addSquaredErrors);
  }

  /** The square root of {@link #mse()}. */
  public static Metric<MeanState> rmse() {
    return new RowMean("rmse", Metrics::addSquaredErrors, Math::sqrt);
  }

  /** The mean of absolute errors, over all elements. */
  public static Metric<MeanState> mae() {
    return RowMean.of(
        "mae",
        (state, batch) -> {
          Pairs pairs = Pairs.of(batch);
          for (int i = 0; i < pairs.size(); i++) {
            state.add(Math.abs(pairs.error(i)), 1);
          }
        });
  }

  /**
   * The mean of absolute errors over absolute targets, where 1 is 100 %. A target of 0 counts as
   * 2.2e-16, as in scikit-learn.
   */
  public static Metric<MeanState> mape() {
    return RowMean.of(
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
   * The share of the targets' variance that the outputs explain, over all elements; NaN where all
   * targets are the same.
   */
  public static Metric<Moments> r2() {
    return new MomentsMetric("r2", MomentsMetric::r2);
  }

  /** Pearson's correlation of outputs and targets, over all elements. */
  public static Metric<Moments> pearson() {
    return new MomentsMetric("pearson", MomentsMetric::pearson);
  }

  /**
   * A quantile of the absolute error over all elements, within 0.5 % of its value; named as in
   * {@code error_p95}.
   */
  public static Metric<?> errorQuantile(double quantile) {
    return new ErrorQuantile("error_p" + number(100 * quantile), quantile);
  }

  /**
   * The mean over rows of {@code |output - target| / |target|}, Euclidean norms over a row's
   * elements, as surrogates of physics are measured; infinite where a row's targets are all 0 and
   * its outputs are not.
   */
  public static Metric<MeanState> relativeL2() {
    return RowMean.of(
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
    return perplexity(-100);
  }

  /** As {@link #perplexity()}, which passes over targets of -100; passes over these. */
  public static Metric<MeanState> perplexity(long ignoredTarget) {
    return new RowMean("perplexity", new Perplexity(ignoredTarget), Math::exp);
  }

  private static void addSquaredErrors(MeanState state, MetricBatch batch) {
    Pairs pairs = Pairs.of(batch);
    for (int i = 0; i < pairs.size(); i++) {
      state.add(pairs.error(i) * pairs.error(i), 1);
    }
  }

  private static Metric<ConfusionCounts> averaged(
      String name, int classes, Average average, ConfusionMetric.OneClass score) {
    if (average == Average.BINARY && classes != 2) {
      throw new IllegalArgumentException(
          "the binary %s is of 2 classes; given: %d".formatted(name, classes));
    }
    return new ConfusionMetric(
        name + "_" + average.name().toLowerCase(Locale.ROOT),
        classes,
        ConfusionMetric.averaged(average, score));
  }

  private static String number(double value) {
    String text = Double.toString(value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
