package io.ostinato.metric;

/** What the outputs of a classifier are. */
public enum OutputKind {
  /** Any numbers; their softmax over the classes gives the probabilities. */
  LOGITS,
  /** Numbers from 0 to 1 that sum to 1 over the classes. */
  PROBABILITIES;

  double probability(ClassScores scores, int row, int column) {
    return switch (this) {
      case LOGITS -> Math.exp(scores.logSoftmax(row, column));
      case PROBABILITIES -> scores.score(row, column);
    };
  }

  double logProbability(ClassScores scores, int row, int column) {
    return switch (this) {
      case LOGITS -> scores.logSoftmax(row, column);
      case PROBABILITIES -> Math.log(scores.score(row, column));
    };
  }
}
