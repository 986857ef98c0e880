package io.ostinato.metric;

import java.util.Locale;

/**
 * The metrics of a classifier, of outputs and targets that are read in one way; see {@link
 * Metrics#ofClasses}.
 */
public final class ClassMetrics {
  private final ClassOutputs outputs;

  ClassMetrics(ClassOutputs outputs) {
    this.outputs = outputs;
  }

  /** The share of targets that are the class of the highest output; of equals the first counts. */
  public Metric<MeanState> accuracy() {
    return ClassMean.of(
        "accuracy",
        outputs,
        OutputRange.Use.PREDICTIONS,
        (scores, index) -> scores.isHit(index) ? 1 : 0);
  }

  /** The share of targets that are among the {@code k} highest outputs. */
  public Metric<MeanState> topK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("top_k needs k of at least 1; given: " + k);
    }
    return ClassMean.of(
        "top_" + k + "_accuracy",
        outputs,
        OutputRange.Use.PREDICTIONS,
        (scores, index) -> {
          if (k > scores.classes()) {
            throw new IllegalArgumentException(
                "top_%s_accuracy needs at least %s classes; the outputs have %s"
                    .formatted(k, k, scores.classes()));
          }
          return scores.rankOfTarget(index) < k ? 1 : 0;
        });
  }

  /** The counts of each target and prediction; its result, a number, is the accuracy. */
  public Metric<ConfusionCounts> confusionMatrix(int classes) {
    return new ConfusionMetric(
        "confusion_matrix", classes, outputs, counts -> (double) counts.hits() / counts.total());
  }

  /** Hits over predictions; 0 where nothing was predicted. */
  public Metric<ConfusionCounts> precision(int classes, Average average) {
    return averaged("precision", classes, average, ConfusionMetric::precision);
  }

  /** Hits over targets; 0 where there are none. */
  public Metric<ConfusionCounts> recall(int classes, Average average) {
    return averaged("recall", classes, average, ConfusionMetric::recall);
  }

  /** The harmonic mean of precision and recall. */
  public Metric<ConfusionCounts> f1(int classes, Average average) {
    return averaged("f1", classes, average, ConfusionMetric.fBeta(1));
  }

  /** The harmonic mean of precision and recall, where recall counts {@code beta} times as much. */
  public Metric<ConfusionCounts> fBeta(double beta, int classes, Average average) {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("beta must be a finite number above 0; given: " + beta);
    }
    return averaged("f" + Metrics.number(beta), classes, average, ConfusionMetric.fBeta(beta));
  }

  /** Matthews' correlation coefficient; 0 where all targets or all predictions are of one class. */
  public Metric<ConfusionCounts> matthewsCorrelation(int classes) {
    return new ConfusionMetric("mcc", classes, outputs, ConfusionMetric::matthewsCorrelation);
  }

  /**
   * The area under the receiver operating characteristic of two classes, exact; keeps 8 bytes for
   * each target.
   */
  public Metric<ScoreList> rocAuc() {
    return new ExactRanking("roc_auc", outputs, steps -> Ranking.rocAuc(steps));
  }

  /** As {@link #rocAuc()}, of probabilities in bins of one width. */
  public Metric<long[][]> rocAuc(int bins) {
    return new BinnedRanking("roc_auc", outputs, bins, steps -> Ranking.rocAuc(steps));
  }

  /** The average precision of two classes, exact; keeps 8 bytes for each target. */
  public Metric<ScoreList> averagePrecision() {
    return new ExactRanking("average_precision", outputs, steps -> Ranking.averagePrecision(steps));
  }

  /** As {@link #averagePrecision()}, of probabilities in bins of one width. */
  public Metric<long[][]> averagePrecision(int bins) {
    return new BinnedRanking(
        "average_precision", outputs, bins, steps -> Ranking.averagePrecision(steps));
  }

  /**
   * The mean of minus the logarithm of the target's probability, in nats; the cross entropy.
   * Infinite where a target's probability is 0.
   */
  public Metric<MeanState> logLoss() {
    return logLoss("log_loss", outputs, mean -> mean);
  }

  /**
   * As {@link #logLoss()} of logits, under the name that PyTorch has for it; of one column, it is
   * the binary cross entropy.
   */
  public Metric<MeanState> crossEntropy() {
    return logLoss("cross_entropy", outputs.ofLogits(), mean -> mean);
  }

  /** The exponential of {@link #crossEntropy()}: tokens are the classes. */
  public Metric<MeanState> perplexity() {
    return logLoss("perplexity", outputs.ofLogits(), Math::exp);
  }

  private static Metric<MeanState> logLoss(
      String name, ClassOutputs outputs, RowMean.Finish finish) {
    return new ClassMean(
        name,
        outputs,
        OutputRange.Use.PROBABILITIES,
        (scores, index) -> -scores.logProbabilityOfTarget(index),
        finish);
  }

  /**
   * The mean of the squared distance of probabilities from the target, summed over columns (Brier,
   * Verification of forecasts expressed in terms of probability, 1950): from 0 to 2, for outputs of
   * one column from 0 to 1. For one column it is what scikit-learn gives, for two columns twice
   * that.
   */
  public Metric<MeanState> brier() {
    return ClassMean.of(
        "brier", outputs, OutputRange.Use.PROBABILITIES, ClassScores::squaredDistance);
  }

  /** How far the confidence is from the accuracy, over bins of one width; 15 is usual. */
  public Metric<?> calibrationError(int bins) {
    return new CalibrationError("calibration_error", outputs, bins);
  }

  private Metric<ConfusionCounts> averaged(
      String name, int classes, Average average, ConfusionMetric.OneClass score) {
    if (average == Average.BINARY && classes != 2) {
      throw new IllegalArgumentException(
          "the binary %s is of 2 classes; given: %s".formatted(name, classes));
    }
    return new ConfusionMetric(
        name + "_" + average.name().toLowerCase(Locale.ROOT),
        classes,
        outputs,
        ConfusionMetric.averaged(average, score));
  }
}
