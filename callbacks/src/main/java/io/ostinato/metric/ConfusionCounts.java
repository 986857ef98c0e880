package io.ostinato.metric;

import java.io.Serializable;

/** The number of predictions of each class for each target. Not thread-safe. */
public final class ConfusionCounts implements ClassTally, Serializable {
  private static final long serialVersionUID = 1;

  private final long[][] counts;
  private final OutputRange range = new OutputRange();

  ConfusionCounts(int classes) {
    this.counts = new long[classes][classes];
  }

  void add(ClassScores scores) {
    if (scores.classes() != counts.length) {
      throw new IllegalArgumentException(
          "this metric is for %s classes, but the outputs have %s"
              .formatted(counts.length, scores.classes()));
    }
    scores.tell(range);
    for (int i = 0; i < scores.size(); i++) {
      counts[scores.target(i)][scores.predicted(i)]++;
    }
  }

  void add(ConfusionCounts other) {
    range.add(other.range);
    for (int target = 0; target < counts.length; target++) {
      for (int predicted = 0; predicted < counts.length; predicted++) {
        counts[target][predicted] += other.counts[target][predicted];
      }
    }
  }

  OutputRange range() {
    return range;
  }

  /** The number of classes. */
  @Override
  public int classes() {
    return counts.length;
  }

  /** The number of rows with this target for which this class was predicted. */
  public long count(int target, int predicted) {
    return counts[target][predicted];
  }

  /** The number of rows with this target for which it was predicted. */
  @Override
  public long ofHits(int target) {
    return counts[target][target];
  }

  /** The number of rows with this target. */
  @Override
  public long ofTarget(int target) {
    long sum = 0;
    for (long count : counts[target]) {
      sum += count;
    }
    return sum;
  }

  /** The number of rows for which this class was predicted. */
  @Override
  public long ofPredicted(int predicted) {
    long sum = 0;
    for (long[] row : counts) {
      sum += row[predicted];
    }
    return sum;
  }

  /** The number of rows. */
  public long total() {
    long sum = 0;
    for (int target = 0; target < counts.length; target++) {
      sum += ofTarget(target);
    }
    return sum;
  }

  /** The number of rows whose prediction equals the target. */
  public long hits() {
    long sum = 0;
    for (int target = 0; target < counts.length; target++) {
      sum += counts[target][target];
    }
    return sum;
  }

  @Override
  public boolean countsAbsent() {
    return false;
  }
}
