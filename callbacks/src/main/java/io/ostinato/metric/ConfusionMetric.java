package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** A metric computed from the confusion matrix of a classifier with a fixed number of classes. */
record ConfusionMetric(String name, int classes, ClassOutputs outputs, Score score)
    implements Metric<ConfusionCounts> {

  /** Computes a number from the counts. */
  @FunctionalInterface
  interface Score extends Serializable {
    double of(ConfusionCounts counts);
  }

  /** The average, or the score of one class, of a number for each class. */
  static ConfusionMetric of(
      String name, ClassChoice choice, ClassOutputs outputs, ClassScore score) {
    choice.check(name, false);
    return new ConfusionMetric(
        choice.name(name), choice.classes(), outputs, counts -> choice.of(counts, score));
  }

  /**
   * The intersection over union, averaged or of one class. A class that is the ignored target is
   * left out of averages, as in torchmetrics.
   */
  static ConfusionMetric ofIou(ClassChoice choice, ClassOutputs outputs) {
    choice.check("iou", false);
    return new ConfusionMetric(
        choice.name("iou"),
        choice.classes(),
        outputs,
        counts ->
            choice.of(new TallyWithoutClass(counts, outputs.ignoredTarget()), ClassScore::iou));
  }

  ConfusionMetric {
    if (classes < 2) {
      throw new IllegalArgumentException(
          "a metric of classes needs at least 2 classes; given: " + classes);
    }
  }

  @Override
  public Optional<Direction> direction() {
    return Optional.of(Direction.HIGHER_IS_BETTER);
  }

  @Override
  public List<String> columns() {
    return outputs.columns();
  }

  @Override
  public ConfusionCounts zero() {
    return new ConfusionCounts(classes);
  }

  @Override
  public ConfusionCounts update(ConfusionCounts state, MetricBatch batch) {
    state.add(outputs.scores(batch));
    return state;
  }

  @Override
  public ConfusionCounts merge(ConfusionCounts left, ConfusionCounts right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(ConfusionCounts state) {
    return state.total() == 0 || undefined(state).isPresent() ? Double.NaN : score.of(state);
  }

  @Override
  public Optional<String> undefined(ConfusionCounts state) {
    return state.range().doubt(OutputRange.Use.PREDICTIONS);
  }

  @Override
  public Optional<String> warning(ConfusionCounts state) {
    return state.range().warning(OutputRange.Use.PREDICTIONS);
  }

  /**
   * The correlation of targets and predictions (Gorodkin, Comparing two K-category assignments by a
   * K-category correlation coefficient, 2004).
   */
  static double matthewsCorrelation(ConfusionCounts counts) {
    BigInteger total = BigInteger.valueOf(counts.total());
    BigInteger both = BigInteger.valueOf(counts.hits()).multiply(total);
    BigInteger ofTargets = total.pow(2);
    BigInteger ofPredicted = total.pow(2);
    for (int c = 0; c < counts.classes(); c++) {
      BigInteger targets = BigInteger.valueOf(counts.ofTarget(c));
      BigInteger predicted = BigInteger.valueOf(counts.ofPredicted(c));
      both = both.subtract(targets.multiply(predicted));
      ofTargets = ofTargets.subtract(targets.pow(2));
      ofPredicted = ofPredicted.subtract(predicted.pow(2));
    }
    double scale = Math.sqrt(ofTargets.multiply(ofPredicted).doubleValue());
    return scale == 0 ? 0 : both.doubleValue() / scale;
  }
}
