package io.ostinato.metric;

/** Hits, predictions and targets of each class, or of each label. */
sealed interface ClassTally permits ConfusionCounts, LabelCounts, TallyWithoutClass {

  /** The number of classes or labels. */
  int classes();

  /** The number of positions with this class as target and prediction. */
  long ofHits(int one);

  /** The number of positions for which this class was predicted. */
  long ofPredicted(int one);

  /** The number of positions with this target. */
  long ofTarget(int one);

  /** Whether a class without targets and predictions is part of the mean over classes. */
  boolean countsAbsent();
}
