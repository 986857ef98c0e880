package io.ostinato.metric;

/** What a classifier gives for the places of a batch, and the classes it should have given. */
abstract sealed class ClassScores permits ColumnPerClass, OneColumn {
  final LabelledOutputs labelled;

  ClassScores(LabelledOutputs labelled) {
    this.labelled = labelled;
  }

  /** How many places have a target. */
  final int size() {
    return labelled.size();
  }

  final int target(int index) {
    return (int) labelled.targets()[index];
  }

  abstract int classes();

  /** The class with the highest score, of equals the first. */
  abstract int predicted(int index);

  final boolean isHit(int index) {
    return predicted(index) == target(index);
  }

  /** How many classes have a higher score than the target, or an equal one and come before it. */
  abstract int rankOfTarget(int index);

  /** The logarithm of the target's probability. */
  abstract double logProbabilityOfTarget(int index);

  /** The sum over columns of the squared distance of probability and target. */
  abstract double squaredDistance(int index);

  /** How sure the model is of what {@link #isRight} tells. */
  abstract double confidence(int index);

  /** Whether what it was sure of is so. */
  abstract boolean isRight(int index);

  /** Tells what was seen of outputs whose kind may be mistaken. */
  abstract void tell(OutputRange range);
}
