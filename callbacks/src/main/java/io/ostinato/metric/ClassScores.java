package io.ostinato.metric;

/** The scores of a classifier for the positions of a batch, and the target classes. */
abstract sealed class ClassScores permits ColumnPerClass, OneColumn {
  final LabelledOutputs labelled;

  ClassScores(LabelledOutputs labelled) {
    this.labelled = labelled;
  }

  /** The number of positions with a target. */
  final int size() {
    return labelled.size();
  }

  final int target(int index) {
    return (int) labelled.targets()[index];
  }

  /** The row of a position in the batch, from 0; ascending. */
  final int row(int index) {
    return labelled.row(index);
  }

  /** The label of a position, from 0; 0 if outputs don't have several labels. */
  final int label(int index) {
    return labelled.label(index);
  }

  /** The number of labels; 1 if outputs don't have several. */
  final int labels() {
    return labelled.labels();
  }

  abstract int classes();

  /** The class with the highest score; the first of equal ones. */
  abstract int predicted(int index);

  final boolean isHit(int index) {
    return predicted(index) == target(index);
  }

  /** The number of classes with a higher score than the target, or an equal one and before it. */
  abstract int rankOfTarget(int index);

  /** The logarithm of the target's probability. */
  abstract double logProbabilityOfTarget(int index);

  /** The sum over columns of the squared distance between probability and target. */
  abstract double squaredDistance(int index);

  /** The model's confidence in the statement that {@link #isRight} checks. */
  abstract double confidence(int index);

  /** Whether the statement that the {@link #confidence} refers to is true. */
  abstract boolean isRight(int index);

  /** Adds the outputs to their range, if their kind is not declared. */
  abstract void tell(OutputRange range);
}
