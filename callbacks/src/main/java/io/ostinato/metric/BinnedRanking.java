package io.ostinato.metric;

import java.util.stream.LongStream;

/**
 * A metric of a ranking, from counts in bins of equal width: 16 bytes per bin, whatever the number
 * of rows. Scores in the same bin count as equal.
 */
record BinnedRanking(String name, ClassOutputs outputs, int bins, Ranking.Area area)
    implements RankingMetric<long[][]> {
  private static final int POSITIVES = 0;
  private static final int NEGATIVES = 1;

  BinnedRanking {
    if (bins < 1) {
      throw new IllegalArgumentException("a metric needs at least 1 bin; given: " + bins);
    }
  }

  @Override
  public long[][] zero() {
    return new long[2][bins];
  }

  @Override
  public long[][] add(long[][] state, BinaryScores scores) {
    for (int row = 0; row < scores.scores().length; row++) {
      // Two probabilities p and 1 - p have the difference 2 p - 1.
      double score =
          scores.areDifferences() ? (scores.scores()[row] + 1) / 2 : scores.scores()[row];
      if (Double.isNaN(score) || OutputKind.isNoProbability(score)) {
        throw new IllegalArgumentException(
            "'%s' is binned, so its outputs must be probabilities from 0 to 1; given: %s"
                .formatted(name, score));
      }
      int bin = (int) Math.min(bins - 1, Math.floor(OutputKind.bounded(score) * bins));
      state[scores.positive()[row] ? POSITIVES : NEGATIVES][bins - 1 - bin]++;
    }
    return state;
  }

  @Override
  public long positives(long[][] state) {
    return LongStream.of(state[POSITIVES]).sum();
  }

  @Override
  public long negatives(long[][] state) {
    return LongStream.of(state[NEGATIVES]).sum();
  }

  @Override
  public long[][] merge(long[][] left, long[][] right) {
    for (int i = 0; i < left.length; i++) {
      for (int bin = 0; bin < bins; bin++) {
        left[i][bin] += right[i][bin];
      }
    }
    return left;
  }

  @Override
  public double result(long[][] state) {
    return area.of(new CountedSteps(state[POSITIVES], state[NEGATIVES]));
  }
}
