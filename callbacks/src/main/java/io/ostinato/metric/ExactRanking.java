package io.ostinato.metric;

import java.util.Arrays;

/** A metric of a ranking, from all scores. */
record ExactRanking(String name, ClassOutputs outputs, Ranking.Area area)
    implements RankingMetric<ScoreList> {

  @Override
  public ScoreList zero() {
    return new ScoreList();
  }

  @Override
  public ScoreList add(ScoreList state, BinaryScores scores) {
    state.add(scores);
    return state;
  }

  @Override
  public long positives(ScoreList state) {
    return state.positives();
  }

  @Override
  public long negatives(ScoreList state) {
    return state.negatives();
  }

  @Override
  public ScoreList merge(ScoreList left, ScoreList right) {
    left.add(right);
    return left;
  }

  @Override
  public double result(ScoreList state) {
    double[] positives = state.sortedPositives();
    double[] negatives = state.sortedNegatives();
    boolean nan = endsWithNaN(positives) || endsWithNaN(negatives);
    return nan ? Double.NaN : area.of(steps(positives, negatives));
  }

  private static boolean endsWithNaN(double[] sorted) {
    return sorted.length > 0 && Double.isNaN(sorted[sorted.length - 1]);
  }

  private static Ranking.Steps steps(double[] positives, double[] negatives) {
    long[] ofPositives = new long[positives.length + negatives.length];
    long[] ofNegatives = new long[ofPositives.length];
    int steps = 0;
    int p = positives.length - 1;
    int n = negatives.length - 1;
    while (p >= 0 || n >= 0) {
      double score =
          p < 0 ? negatives[n] : n < 0 ? positives[p] : Math.max(positives[p], negatives[n]);
      for (; p >= 0 && positives[p] == score; p--) {
        ofPositives[steps]++;
      }
      for (; n >= 0 && negatives[n] == score; n--) {
        ofNegatives[steps]++;
      }
      steps++;
    }
    return new CountedSteps(Arrays.copyOf(ofPositives, steps), Arrays.copyOf(ofNegatives, steps));
  }
}
