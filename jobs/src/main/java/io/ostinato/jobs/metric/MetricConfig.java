package io.ostinato.jobs.metric;

import io.ostinato.jobs.config.Checked;
import io.ostinato.jobs.config.Inline;
import io.ostinato.jobs.config.Key;
import io.ostinato.jobs.config.Kind;
import io.ostinato.jobs.config.UserClass;
import io.ostinato.metric.Average;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is measured; see {@link Metrics}. */
public sealed interface MetricConfig extends Checked {

  /** A new metric of the outputs that whoever measures chooses. */
  Metric<?> metric();

  /** The output that is meant. */
  OutputKey of();

  /** A new metric. */
  default Metric<?> create() {
    return of().choose(metric());
  }

  @Override
  default void check() {
    create();
  }

  /** {@code accuracy}. */
  @Kind(name = "accuracy", value = "The share of rows whose highest output is the target's.")
  record Accuracy(@Inline ClassKeys reading, @Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().accuracy();
    }
  }

  /** {@code top_k}. */
  @Kind(
      name = "top_k",
      value = "The share of rows whose target is among the highest outputs: `top_5_accuracy`.")
  record TopK(
      @Key(value = "How many outputs.", byDefault = "5", atLeast = 1) int k,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().topK(k);
    }
  }

  /** {@code confusion_matrix}. */
  @Kind(
      name = "confusion_matrix",
      value = "Counts by target and prediction; as a number, the accuracy.")
  record Confusion(
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().confusionMatrix(classes);
    }
  }

  /** {@code precision}. */
  @Kind(name = "precision", value = "Hits over predictions.")
  record Precision(
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Key(value = "How the scores of classes become one.", byDefault = "macro") Average average,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().precision(classes, average);
    }
  }

  /** {@code recall}. */
  @Kind(name = "recall", value = "Hits over targets.")
  record Recall(
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Key(value = "How the scores of classes become one.", byDefault = "macro") Average average,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().recall(classes, average);
    }
  }

  /** {@code f1}. */
  @Kind(name = "f1", value = "The harmonic mean of precision and recall.")
  record F1(
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Key(value = "How the scores of classes become one.", byDefault = "macro") Average average,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().f1(classes, average);
    }
  }

  /** {@code f_beta}. */
  @Kind(name = "f_beta", value = "The same, where recall counts `beta` times as much.")
  record FBeta(
      @Key(value = "How much recall counts.", above = 0) double beta,
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Key(value = "How the scores of classes become one.", byDefault = "macro") Average average,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().fBeta(beta, classes, average);
    }
  }

  /** {@code mcc}. */
  @Kind(name = "mcc", value = "Matthews' correlation coefficient of targets and predictions.")
  record Matthews(
      @Key(value = "How many classes there are.", atLeast = 2) int classes,
      @Inline ClassKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().matthewsCorrelation(classes);
    }
  }

  /** {@code roc_auc}. */
  @Kind(
      name = "roc_auc",
      value = "The area under the receiver operating characteristic of two classes.")
  record RocAuc(
      @Key(
              value = "Bins of one width, for outputs that are probabilities.",
              optional = true,
              otherwise = "exact, 8 bytes a row",
              atLeast = 2)
          @Nullable Integer bins,
      @Inline PlaceKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return bins == null ? reading.metrics().rocAuc() : reading.metrics().rocAuc(bins);
    }
  }

  /** {@code average_precision}. */
  @Kind(name = "average_precision", value = "The average precision of two classes.")
  record AveragePrecision(
      @Key(
              value = "Bins of one width, for outputs that are probabilities.",
              optional = true,
              otherwise = "exact, 8 bytes a row",
              atLeast = 2)
          @Nullable Integer bins,
      @Inline PlaceKeys reading,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return bins == null
          ? reading.metrics().averagePrecision()
          : reading.metrics().averagePrecision(bins);
    }
  }

  /** {@code log_loss}. */
  @Kind(
      name = "log_loss",
      value =
          "The mean of minus the logarithm of the target's probability, in nats: the cross entropy.")
  record LogLoss(@Inline ClassKeys reading, @Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().logLoss();
    }
  }

  /** {@code cross_entropy}. */
  @Kind(name = "cross_entropy", value = "The same of logits, under the name that PyTorch has.")
  record CrossEntropy(@Inline PlaceKeys reading, @Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().crossEntropy();
    }
  }

  /** {@code brier}. */
  @Kind(
      name = "brier",
      value =
          "The squared distance of all probabilities from the target, 0 to 2; of one column, to 1.")
  record Brier(@Inline ClassKeys reading, @Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().brier();
    }
  }

  /** {@code calibration_error}. */
  @Kind(name = "calibration_error", value = "How far the confidence is from the accuracy.")
  record CalibrationError(
      @Inline ClassKeys reading,
      @Key(value = "Bins of one width.", byDefault = "15", atLeast = 1) int bins,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return reading.metrics().calibrationError(bins);
    }
  }

  /** {@code mse}. */
  @Kind(name = "mse", value = "The mean of squared errors.")
  record Mse(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.mse();
    }
  }

  /** {@code rmse}. */
  @Kind(name = "rmse", value = "Its square root.")
  record Rmse(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.rmse();
    }
  }

  /** {@code mae}. */
  @Kind(name = "mae", value = "The mean of absolute errors.")
  record Mae(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.mae();
    }
  }

  /** {@code mape}. */
  @Kind(name = "mape", value = "The mean of absolute errors over absolute targets; 1 is 100 %.")
  record Mape(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.mape();
    }
  }

  /** {@code r2}. */
  @Kind(name = "r2", value = "The share of the targets' variance that the outputs explain.")
  record R2(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.r2();
    }
  }

  /** {@code pearson}. */
  @Kind(name = "pearson", value = "Pearson's correlation of outputs and targets.")
  record Pearson(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.pearson();
    }
  }

  /** {@code error_quantile}. */
  @Kind(
      name = "error_quantile",
      value = "A quantile of the absolute error, within 0.5 %: `error_p95`.")
  record ErrorQuantile(
      @Key(value = "Which quantile.", byDefault = "0.95", above = 0, below = 1) double quantile,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.errorQuantile(quantile);
    }
  }

  /** {@code relative_l2}. */
  @Kind(name = "relative_l2", value = "The mean over rows of the error's norm over the target's.")
  record RelativeL2(@Inline OutputKey of) implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.relativeL2();
    }
  }

  /** {@code perplexity}. */
  @Kind(name = "perplexity", value = "The exponential of the mean cross entropy per token.")
  record Perplexity(
      @Key(value = "Targets that are passed over.", byDefault = "-100") long ignoredTarget,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return Metrics.perplexity(ignoredTarget);
    }
  }

  /** A user's class. */
  @Kind(
      name = "",
      value =
          "A class on the class path that is a `Metric`; public, with a public constructor without"
              + " parameters or with a map, the options.")
  record OfClass(
      String kind,
      @Key(value = "For the constructor.", optional = true) Map<String, Object> options,
      @Inline OutputKey of)
      implements MetricConfig {
    @Override
    public Metric<?> metric() {
      return new UserClass(kind, options).create(Map.of(), Metric.class);
    }
  }
}
