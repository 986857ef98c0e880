package io.ostinato.metric;

import java.io.Serializable;

/** The score of one class, from its numbers of hits, predictions and targets. */
@FunctionalInterface
interface ClassScore extends Serializable {
  double of(long hits, long predicted, long targets);

  static double precision(long hits, long predicted, long targets) {
    return predicted == 0 ? 0 : (double) hits / predicted;
  }

  static double recall(long hits, long predicted, long targets) {
    return targets == 0 ? 0 : (double) hits / targets;
  }

  /** Intersection over union (Jaccard, 1901). */
  static double iou(long hits, long predicted, long targets) {
    return hits == 0 ? 0 : (double) hits / (predicted + targets - hits);
  }

  /** {@code (1 + b²) hits / (b² targets + predicted)}, van Rijsbergen's measure. */
  static ClassScore fBeta(double beta) {
    double square = beta * beta;
    return (hits, predicted, targets) ->
        hits == 0 ? 0 : (1 + square) * hits / (square * targets + predicted);
  }
}
