package io.ostinato.metric;

/** What the outputs of a classifier are. */
public enum OutputKind {
  /** Any numbers; their softmax over the classes gives the probabilities. */
  LOGITS,
  /** Numbers from 0 to 1 that sum to 1 over the classes; those outside are refused. */
  PROBABILITIES;

  /** How far rounding may take a probability out of its bounds. */
  private static final double ROUNDING = 1e-5;

  double probability(ClassScores scores, int row, int column) {
    return switch (this) {
      case LOGITS -> Math.exp(scores.logSoftmax(row, column));
      case PROBABILITIES -> Math.max(0, Math.min(1, scores.score(row, column)));
    };
  }

  double logProbability(ClassScores scores, int row, int column) {
    return switch (this) {
      case LOGITS -> scores.logSoftmax(row, column);
      case PROBABILITIES -> Math.log(probability(scores, row, column));
    };
  }

  /**
   * The scores of a batch, which are of this kind.
   *
   * @throws IllegalArgumentException if a probability is not from 0 to 1; NaN passes
   */
  ClassScores scores(MetricBatch batch) {
    ClassScores scores = ClassScores.of(batch);
    if (this == PROBABILITIES) {
      for (double probability : scores.scores()) {
        if (probability < -ROUNDING || probability > 1 + ROUNDING) {
          throw new IllegalArgumentException(
              "a probability is from 0 to 1; given: %s; are the outputs logits?"
                  .formatted(probability));
        }
      }
    }
    return scores;
  }
}
