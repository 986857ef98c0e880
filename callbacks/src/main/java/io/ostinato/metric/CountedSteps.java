package io.ostinato.metric;

import java.util.stream.LongStream;

/** Steps of a ranking, from counts of positives and negatives. */
record CountedSteps(long[] ofPositives, long[] ofNegatives, long positives, long negatives)
    implements Ranking.Steps {

  CountedSteps(long[] ofPositives, long[] ofNegatives) {
    this(
        ofPositives,
        ofNegatives,
        LongStream.of(ofPositives).sum(),
        LongStream.of(ofNegatives).sum());
  }

  @Override
  public int size() {
    return ofPositives.length;
  }

  @Override
  public long positivesOf(int step) {
    return ofPositives[step];
  }

  @Override
  public long negativesOf(int step) {
    return ofNegatives[step];
  }
}
