package io.ostinato.metric;

import io.ostinato.describe.FromKeys;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/**
 * The metrics of a classifier that are computed from the hits, predictions and targets of each
 * class or label.
 *
 * @param outputs how outputs and targets are read
 */
record CountedMetrics(ClassOutputs outputs) {

  /** Creates them from the keys of a configuration. */
  @FromKeys
  static CountedMetrics of(@Inline ClassOutputs outputs) {
    return new CountedMetrics(outputs);
  }

  @Kind(name = "precision", value = "True positives divided by predictions.")
  Metric<?> precision(@Inline ClassChoice choice) {
    return metric("precision", choice, ClassScore::precision);
  }

  @Kind(name = "recall", value = "True positives divided by targets.")
  Metric<?> recall(@Inline ClassChoice choice) {
    return metric("recall", choice, ClassScore::recall);
  }

  @Kind(name = "f1", value = "Harmonic mean of precision and recall.")
  Metric<?> f1(@Inline ClassChoice choice) {
    return metric("f1", choice, ClassScore.fBeta(1));
  }

  @Kind(
      name = "f_beta",
      value = "Harmonic mean of precision and recall, where recall counts `beta` times as much.")
  Metric<?> fBeta(
      @Key(value = "The weight of recall.", above = 0) double beta, @Inline ClassChoice choice) {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new IllegalArgumentException("beta must be a finite number above 0; given: " + beta);
    }
    return metric("f" + Metrics.number(beta), choice, ClassScore.fBeta(beta));
  }

  @Kind(
      name = "iou",
      value =
          "Intersection of targets and predictions divided by their union, averaged or of one"
              + " class.")
  Metric<?> iou(@Inline ClassChoice choice) {
    return outputs.isMultiLabel()
        ? LabelMetric.of("iou", choice, outputs, ClassScore::iou)
        : ConfusionMetric.ofIou(choice, outputs);
  }

  @Kind(
      name = "mean_iou",
      value =
          "Mean over classes of the intersection of targets and predictions divided by their"
              + " union.")
  Metric<?> meanIou(
      @Key(value = "Number of classes; with `label_axis`, of labels.", atLeast = 2) int classes) {
    return iou(new ClassChoice(classes, Average.MACRO, null)).named("mean_iou");
  }

  private Metric<?> metric(String name, ClassChoice choice, ClassScore score) {
    return outputs.isMultiLabel()
        ? LabelMetric.of(name, choice, outputs, score)
        : ConfusionMetric.of(name, choice, outputs, score);
  }
}
