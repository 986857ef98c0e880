package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
  static ClassMetrics of(
      @Key(
              value = "The kind of the outputs.",
              optional = true,
              otherwise =
                  "logits; if one column has only values from 0 to 1, the result is NaN, with a"
                      + " warning")
          @Nullable OutputKind outputs,
      @Key(
              value =
                  "The dimension of the classes: 1, or -1 for the last; targets with the same shape as"
                      + " the outputs are then one-hot. 0 if there is none: each number is an output"
                      + " for two classes.",
              optional = true,
              otherwise = "inferred from the shapes")
          @Nullable Integer classAxis,
      @Key(value = "Targets to ignore.", byDefault = "" + ClassOutputs.IGNORED_TARGET)
          long ignoredTarget) {
    ClassOutputs read = ClassOutputs.defaults().ignoredTarget(ignoredTarget);
    read = outputs == null ? read : read.kind(outputs);
    return new ClassMetrics(classAxis == null ? read : read.classAxis(classAxis));
  }

  /** The share of targets that are the class of the highest output, the first of equal outputs. */
  @Kind(name = "accuracy", value = "Share of rows whose highest output is the target class.")
  public Metric<MeanState> accuracy() {
    return ClassMean.share("accuracy", outputs, ClassScores::isHit);
  }

  /** The share of targets that are among the {@code k} highest outputs. */
  @Kind(
      name = "top_k",
      value = "Share of rows whose target is among the k highest outputs: `top_5_accuracy`.")
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
      value = "Counts by target and prediction; as a number, the accuracy.")
  public Metric<ConfusionCounts> confusionMatrix(
      @Key(value = "Number of classes.", atLeast = 2) int classes) {
    return new ConfusionMetric(
        "confusion_matrix", classes, outputs, counts -> (double) counts.hits() / counts.total());
  }

  /** Hits divided by predictions; 0 if there are no predictions. */
  @Kind(name = "precision", value = "True positives divided by predictions.")
  public Metric<ConfusionCounts> precision(
      @Key(value = "Number of classes.", atLeast = 2) int classes,
      @Key(value = "How to average over classes.", byDefault = "macro") Average average) {
    return averaged("precision", classes, average, ConfusionMetric::precision);
  }

  /** Hits divided by targets; 0 if there are no targets. */
  @Kind(name = "recall", value = "True positives divided by targets.")
  public Metric<ConfusionCounts> recall(
      @Key(value = "Number of classes.", atLeast = 2) int classes,
      @Key(value = "How to average over classes.", byDefault = "macro") Average average) {
    return averaged("recall", classes, average, ConfusionMetric::recall);
  }

  /** The harmonic mean of precision and recall. */
  @Kind(name = "f1", value = "Harmonic mean of precision and recall.")
  public Metric<ConfusionCounts> f1(
      @Key(value = "Number of classes.", atLeast = 2) int classes,
      @Key(value = "How to average over classes.", byDefault = "macro") Average average) {
    return averaged("f1", classes, average, ConfusionMetric.fBeta(1));
  }

  /** The harmonic mean of precision and recall, where recall counts {@code beta} times as much. */
  @Kind(
      name = "f_beta",
      value = "Harmonic mean of precision and recall, where recall counts `beta` times as much.")
  public Metric<ConfusionCounts> fBeta(
      @Key(value = "The weight of recall.", above = 0) double beta,
      @Key(value = "Number of classes.", atLeast = 2) int classes,
      @Key(value = "How to average over classes.", byDefault = "macro") Average average) {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("beta must be a finite number above 0; given: " + beta);
    }
    return averaged("f" + Metrics.number(beta), classes, average, ConfusionMetric.fBeta(beta));
  }

  /**
   * The Matthews correlation coefficient; 0 if all targets or all predictions are of the same
   * class.
   */
  @Kind(name = "mcc", value = "Matthews correlation coefficient of targets and predictions.")
  public Metric<ConfusionCounts> matthewsCorrelation(
      @Key(value = "Number of classes.", atLeast = 2) int classes) {
    return new ConfusionMetric("mcc", classes, outputs, ConfusionMetric::matthewsCorrelation);
  }

  /**
   * The area under the receiver operating characteristic curve of two classes, exact; keeps 8 bytes
   * per target.
   */
  public Metric<ScoreList> rocAuc() {
    return new ExactRanking("roc_auc", outputs, steps -> Ranking.rocAuc(steps));
  }

  /** Like {@link #rocAuc()}, for probabilities in bins of equal width. */
  public Metric<long[][]> rocAuc(int bins) {
    return new BinnedRanking("roc_auc", outputs, bins, steps -> Ranking.rocAuc(steps));
  }

  /** The average precision of two classes, exact; keeps 8 bytes per target. */
  public Metric<ScoreList> averagePrecision() {
    return new ExactRanking("average_precision", outputs, steps -> Ranking.averagePrecision(steps));
  }

  /** Like {@link #averagePrecision()}, for probabilities in bins of equal width. */
  public Metric<long[][]> averagePrecision(int bins) {
    return new BinnedRanking(
        "average_precision", outputs, bins, steps -> Ranking.averagePrecision(steps));
  }

  /**
   * The mean negative logarithm of the target's probability, in nats: the cross entropy. Infinite
   * if a target's probability is 0.
   */
  @Kind(
      name = "log_loss",
      value =
          "Mean negative logarithm of the probability of the target, in nats: the cross entropy.")
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
      ignores = "outputs")
  public Metric<MeanState> crossEntropy() {
    return logLoss("cross_entropy", outputs.ofLogits(), mean -> mean);
  }

  /** The exponential of {@link #crossEntropy()}, whose classes are tokens. */
  public Metric<MeanState> perplexity() {
    return logLoss("perplexity", outputs.ofLogits(), Math::exp);
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
              + " from 0 to 1.")
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
      first = "outputs")
  public Metric<?> calibrationError(
      @Key(value = "Number of bins of equal width.", byDefault = "15", atLeast = 1) int bins) {
    return new CalibrationError("calibration_error", outputs, bins);
  }

  /** Creates {@link #rocAuc()} or {@link #rocAuc(int)} from the key of a configuration. */
  @Kind(
      name = "roc_auc",
      value = "Area under the receiver operating characteristic curve of two classes.",
      ignores = "outputs")
  Metric<?> rocAucOf(@Inline RankingBins bins) {
    return bins.choose(this::rocAuc, this::rocAuc);
  }

  /**
   * Creates {@link #averagePrecision()} or {@link #averagePrecision(int)} from the key of a
   * configuration.
   */
  @Kind(
      name = "average_precision",
      value = "Average precision of two classes.",
      ignores = "outputs")
  Metric<?> averagePrecisionOf(@Inline RankingBins bins) {
    return bins.choose(this::averagePrecision, this::averagePrecision);
  }

  private Metric<ConfusionCounts> averaged(
      String name, int classes, Average average, ConfusionMetric.OneClass score) {
    if (average == Average.BINARY && classes != 2) {
      throw new IllegalArgumentException(
          "the binary %s needs 2 classes; given: %s".formatted(name, classes));
    }
    return new ConfusionMetric(
        name + "_" + average.name().toLowerCase(Locale.ROOT),
        classes,
        outputs,
        ConfusionMetric.averaged(average, score));
  }
}
