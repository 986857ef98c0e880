package io.ostinato.metric;

import java.io.Serializable;
import java.math.BigInteger;
import java.util.Optional;

/** A metric computed from the confusion matrix of a classifier with a fixed number of classes. */
record ConfusionMetric(String name, int classes, ClassOutputs outputs, Score score)
    implements Metric<ConfusionCounts> {

  /** Computes a number from the counts. */
  @FunctionalInterface
  interface Score extends Serializable {
    double of(ConfusionCounts counts);
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

  static double precision(long hits, long predicted, long targets) {
    return predicted == 0 ? 0 : (double) hits / predicted;
  }

  static double recall(long hits, long predicted, long targets) {
    return targets == 0 ? 0 : (double) hits / targets;
  }

  /** {@code (1 + b²) hits / (b² targets + predicted)}, van Rijsbergen's measure. */
  static OneClass fBeta(double beta) {
    double square = beta * beta;
    return (hits, predicted, targets) ->
        hits == 0 ? 0 : (1 + square) * hits / (square * targets + predicted);
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

  /** The score of one class. */
  @FunctionalInterface
  interface OneClass extends Serializable {
    double of(long hits, long predicted, long targets);
  }

  static Score averaged(Average average, OneClass score) {
    return switch (average) {
      case MICRO -> counts -> score.of(counts.hits(), counts.total(), counts.total());
      case MACRO -> counts -> macro(counts, score);
      case WEIGHTED -> counts -> weighted(counts, score);
      case BINARY -> counts -> ofClass(counts, score, 1);
    };
  }

  private static double macro(ConfusionCounts counts, OneClass score) {
    double sum = 0;
    int occurring = 0;
    for (int c = 0; c < counts.classes(); c++) {
      if (counts.ofTarget(c) + counts.ofPredicted(c) > 0) {
        sum += ofClass(counts, score, c);
        occurring++;
      }
    }
    return sum / occurring;
  }

  private static double weighted(ConfusionCounts counts, OneClass score) {
    double sum = 0;
    for (int c = 0; c < counts.classes(); c++) {
      sum += ofClass(counts, score, c) * counts.ofTarget(c);
    }
    return sum / counts.total();
  }

  private static double ofClass(ConfusionCounts counts, OneClass score, int c) {
    return score.of(counts.count(c, c), counts.ofPredicted(c), counts.ofTarget(c));
  }
}
