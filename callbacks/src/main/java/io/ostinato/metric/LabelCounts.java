package io.ostinato.metric;

import java.io.Serializable;

/** The number of targets, predictions and hits of each label. Not thread-safe. */
public final class LabelCounts implements ClassTally, Serializable {
  private static final long serialVersionUID = 1;

  private final long[] hits;
  private final long[] predicted;
  private final long[] targets;
  private final OutputRange range = new OutputRange();
  private long positions;

  LabelCounts(int labels) {
    hits = new long[labels];
    predicted = new long[labels];
    targets = new long[labels];
  }

  void add(ClassScores scores) {
    if (scores.labels() != hits.length) {
      throw new IllegalArgumentException(
          "this metric is for %s labels, but the outputs have %s; %s"
              .formatted(
                  hits.length,
                  scores.labels(),
                  scores.labels() == 1
                      ? "remove label_axis and set classes=2,average=binary"
                      : "set classes=" + scores.labels()));
    }
    scores.tell(range);
    for (int i = 0; i < scores.size(); i++) {
      int label = scores.label(i);
      int target = scores.target(i);
      int prediction = scores.predicted(i);
      hits[label] += target & prediction;
      predicted[label] += prediction;
      targets[label] += target;
    }
    positions += scores.size();
  }

  void add(LabelCounts other) {
    range.add(other.range);
    positions += other.positions;
    for (int label = 0; label < hits.length; label++) {
      hits[label] += other.hits[label];
      predicted[label] += other.predicted[label];
      targets[label] += other.targets[label];
    }
  }

  OutputRange range() {
    return range;
  }

  /** The number of labels. */
  @Override
  public int classes() {
    return hits.length;
  }

  /** The number of positions to which this label applies, as predicted. */
  @Override
  public long ofHits(int label) {
    return hits[label];
  }

  /** The number of positions for which this label was predicted. */
  @Override
  public long ofPredicted(int label) {
    return predicted[label];
  }

  /** The number of positions to which this label applies. */
  @Override
  public long ofTarget(int label) {
    return targets[label];
  }

  /** The number of all positions that count, over all labels. */
  public long total() {
    return positions;
  }

  @Override
  public boolean countsAbsent() {
    return true;
  }
}
