package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/**
 * The metrics of a classifier whose outputs and targets are read as {@link ClassOutputs} describes;
 * see {@link Metrics#ofClasses}.
 */
public final class ClassMetrics {
  private final ClassOutputs outputs;

  ClassMetrics(ClassOutputs outputs) {
    this.outputs = outputs;
  }

  /** Creates them from the keys of a configuration. */
  @FromKeys
  static ClassMetrics of(@Inline ClassOutputs outputs) {
    return new ClassMetrics(outputs);
  }

  /** The share of targets that are the class of the highest output, the first of equal outputs. */
  @Kind(name = "accuracy", value = "Share of rows whose highest output is the target class.")
  public Metric<MeanState> accuracy() {
    return ClassMean.share("accuracy", outputs, ClassScores::isHit);
  }

  /**
   * The share of rows whose targets are all predicted: of several labels, or of the positions of a
   * row. Rows without a position that counts are left out.
   */
  @Kind(
      name = "exact_match",
      value = "Share of rows whose labels, or positions, are all predicted correctly.")
  public Metric<MeanState> exactMatch() {
    return new ExactMatch("exact_match", outputs);
  }

  /** The share of targets that are among the {@code k} highest outputs. */
  @Kind(
      name = "top_k",
      value = "Share of rows whose target is among the k highest outputs: `top_5_accuracy`.",
      ignores = {"label_axis", "threshold"})
  public Metric<MeanState> topK(
      @Key(value = "Number of highest outputs.", byDefault = "5", atLeast = 1) int k) {
    if (k < 1) {
      throw new IllegalArgumentException("top_k needs a k of at least 1; given: " + k);
    }
    return ClassMean.share(
        "top_" + k + "_accuracy",
        outputs,
        (scores, index) -> {
          if (k > scores.classes()) {
            throw new IllegalArgumentException(
                "top_%s_accuracy needs at least %s classes; the outputs have %s"
                    .formatted(k, k, scores.classes()));
          }
          return scores.rankOfTarget(index) < k;
        });
  }

  /** The counts of each target and prediction; the result as a number is the accuracy. */
  @Kind(
      name = "confusion_matrix",
      value = "Counts by target and prediction; as a number, the accuracy.",
      ignores = "label_axis")
  public Metric<ConfusionCounts> confusionMatrix(
      @Key(value = "Number of classes.", atLeast = 2) int classes) {
    return new ConfusionMetric(
        "confusion_matrix", classes, outputs, counts -> (double) counts.hits() / counts.total());
  }

  /** Hits divided by predictions; 0 if there are no predictions. */
  public Metric<?> precision(int classes, Average average) {
    return counted().precision(new ClassChoice(classes, average, null));
  }

  /** Hits divided by targets; 0 if there are no targets. */
  public Metric<?> recall(int classes, Average average) {
    return counted().recall(new ClassChoice(classes, average, null));
  }

  /** The {@linkplain #precision precision} of one class or label, counted from 0. */
  public Metric<?> precisionOfClass(int one, int classes) {
    return counted().precision(new ClassChoice(classes, Average.MACRO, one));
  }

  /** The {@linkplain #recall recall} of one class or label, counted from 0. */
  public Metric<?> recallOfClass(int one, int classes) {
    return counted().recall(new ClassChoice(classes, Average.MACRO, one));
  }

  /** The harmonic mean of precision and recall. */
  public Metric<?> f1(int classes, Average average) {
    return counted().f1(new ClassChoice(classes, average, null));
  }

  /** The harmonic mean of precision and recall of one class or label, counted from 0. */
  public Metric<?> f1OfClass(int one, int classes) {
    return counted().f1(new ClassChoice(classes, Average.MACRO, one));
  }

  /** The harmonic mean of precision and recall, where recall counts {@code beta} times as much. */
  public Metric<?> fBeta(double beta, int classes, Average average) {
    return counted().fBeta(beta, new ClassChoice(classes, average, null));
  }

  /**
   * The mean over classes of the intersection of targets and predictions divided by their union;
   * classes that don't occur in either are left out, and so is one that is the ignored target. Of
   * several labels, all count.
   */
  public Metric<?> meanIou(int classes) {
    return counted().meanIou(classes);
  }

  /** The intersection of targets and predictions divided by their union, for one class or label. */
  public Metric<?> iouOfClass(int one, int classes) {
    return counted().iou(new ClassChoice(classes, Average.MACRO, one));
  }

  private CountedMetrics counted() {
    return new CountedMetrics(outputs);
  }

  /**
   * The Matthews correlation coefficient; 0 if all targets or all predictions are of the same
   * class.
   */
  @Kind(
      name = "mcc",
      value = "Matthews correlation coefficient of targets and predictions.",
      ignores = "label_axis")
  public Metric<ConfusionCounts> matthewsCorrelation(
      @Key(value = "Number of classes.", atLeast = 2) int classes) {
    return new ConfusionMetric("mcc", classes, outputs, ConfusionMetric::matthewsCorrelation);
  }

  /**
   * The area under the receiver operating characteristic curve of two classes, exact; keeps 8 bytes
   * per target. Of several labels, the mean over labels that have targets of both 0 and 1.
   */
  public Metric<?> rocAuc() {
    return rocAuc(RankingKeys.EXACT);
  }

  /** Like {@link #rocAuc()}, for probabilities in bins of equal width. */
  public Metric<?> rocAuc(int bins) {
    return rocAuc(RankingKeys.ofBins(bins));
  }

  /** Like {@link #rocAuc()}, for outputs with several labels, with another average over labels. */
  public Metric<?> rocAuc(Average average) {
    return rocAuc(RankingKeys.EXACT.average(average));
  }

  /** {@link #rocAuc()} of one label, counted from 0. */
  public Metric<?> rocAucOfLabel(int label) {
    return rocAuc(RankingKeys.EXACT.only(label));
  }

  /** Creates them from the keys of a configuration. */
  @Kind(
      name = "roc_auc",
      value =
          "Area under the receiver operating characteristic curve of two classes, or of each"
              + " label.",
      ignores = {"outputs", "threshold"})
  Metric<?> rocAuc(@Inline RankingKeys keys) {
    return keys.metric("roc_auc", outputs, Ranking.Area.ROC_AUC);
  }

  /**
   * The average precision of two classes, exact; keeps 8 bytes per target. Of several labels, the
   * mean over labels that have targets of 1.
   */
  public Metric<?> averagePrecision() {
    return averagePrecision(RankingKeys.EXACT);
  }

  /** Like {@link #averagePrecision()}, for probabilities in bins of equal width. */
  public Metric<?> averagePrecision(int bins) {
    return averagePrecision(RankingKeys.ofBins(bins));
  }

  /**
   * Like {@link #averagePrecision()}, for outputs with several labels, with another average over
   * labels.
   */
  public Metric<?> averagePrecision(Average average) {
    return averagePrecision(RankingKeys.EXACT.average(average));
  }

  /** {@link #averagePrecision()} of one label, counted from 0. */
  public Metric<?> averagePrecisionOfLabel(int label) {
    return averagePrecision(RankingKeys.EXACT.only(label));
  }

  /** Creates them from the keys of a configuration. */
  @Kind(
      name = "average_precision",
      value = "Average precision of two classes, or of each label.",
      ignores = {"outputs", "threshold"})
  Metric<?> averagePrecision(@Inline RankingKeys keys) {
    return keys.metric("average_precision", outputs, Ranking.Area.AVERAGE_PRECISION);
  }

  /**
   * The mean negative logarithm of the target's probability, in nats: the cross entropy. Infinite
   * if a target's probability is 0.
   */
  @Kind(
      name = "log_loss",
      value =
          "Mean negative logarithm of the probability of the target, in nats: the cross entropy.",
      ignores = "threshold")
  public Metric<MeanState> logLoss() {
    return logLoss("log_loss", outputs, mean -> mean);
  }

  /**
   * Like {@link #logLoss()} of logits, under PyTorch's name; for one column, the binary cross
   * entropy.
   */
  @Kind(
      name = "cross_entropy",
      value = "Cross entropy of logits, named as in PyTorch.",
      ignores = {"outputs", "threshold"})
  public Metric<MeanState> crossEntropy() {
    return logLoss("cross_entropy", outputs.ofLogits(), mean -> mean);
  }

  /** The exponential of {@link #crossEntropy()}, whose classes are tokens. */
  public Metric<MeanState> perplexity() {
    return logLoss("perplexity", outputs.ofLogits(), Math::exp);
  }

  /** Creates {@link #perplexity()}, with the classes last. */
  @Kind(
      name = "perplexity",
      value = "Exponential of the mean cross entropy per token.",
      ignores = {"outputs", "class_axis", "label_axis", "threshold"})
  Metric<MeanState> perplexityOfLast() {
    return new ClassMetrics(outputs.classAxis(-1)).perplexity();
  }

  private static Metric<MeanState> logLoss(
      String name, ClassOutputs outputs, RowMean.Finish finish) {
    return ClassMean.distance(
        name, outputs, (scores, index) -> -scores.logProbabilityOfTarget(index), finish);
  }

  /**
   * The mean of the squared distance of probabilities from the target, summed over columns (Brier,
   * Verification of forecasts expressed in terms of probability, 1950): from 0 to 2, or from 0 to 1
   * for outputs of one column. For one column it equals the score of scikit-learn, for two columns
   * twice that.
   */
  @Kind(
      name = "brier",
      value =
          "Mean squared distance of the probabilities from the target, from 0 to 2; for one column,"
              + " from 0 to 1.",
      ignores = "threshold")
  public Metric<MeanState> brier() {
    return ClassMean.distance("brier", outputs, ClassScores::squaredDistance, mean -> mean);
  }

  /**
   * The expected distance of the confidence from the accuracy, over bins of equal width; 15 is
   * usual.
   */
  @Kind(
      name = "calibration_error",
      value = "Expected distance of the confidence from the accuracy.",
      ignores = "threshold",
      first = "outputs")
  public Metric<?> calibrationError(
      @Key(value = "Number of bins of equal width.", byDefault = "15", atLeast = 1) int bins) {
    return new CalibrationError("calibration_error", outputs, bins);
  }
}
