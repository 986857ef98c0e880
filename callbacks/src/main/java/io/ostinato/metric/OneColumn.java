package io.ostinato.metric;

/**
 * The scores of class 1 of two: logits, for which class 1 is predicted above 0, or probabilities,
 * for which it is predicted above 0.5, unless another threshold is set. NaN is above none, as in
 * PyTorch.
 */
final class OneColumn extends ClassScores {
  private final Cut cut;

  /**
   * Creates scores of one column.
   *
   * @throws IllegalArgumentException if they are whole numbers other than 0 and 1, like labels
   */
  OneColumn(LabelledOutputs labelled, Cut cut) {
    super(labelled);
    this.cut = cut;
    for (int i = 0; labelled.areWhole() && i < labelled.size(); i++) {
      if (score(i) != 0 && score(i) != 1) {
        throw new IllegalArgumentException(
            "outputs of one column must be scores of class 1 of two; given: the whole number %s,"
                    .formatted((long) score(i))
                + " which looks like a class label; choose an output with a score for each class");
      }
    }
  }

  private double score(int index) {
    return labelled.score(index, 0);
  }

  @Override
  int classes() {
    return 2;
  }

  @Override
  int predicted(int index) {
    return cut.isAbove(score(index)) ? 1 : 0;
  }

  @Override
  int rankOfTarget(int index) {
    return isHit(index) ? 0 : 1;
  }

  @Override
  double logProbabilityOfTarget(int index) {
    double score = score(index);
    boolean positive = target(index) == 1;
    return switch (cut.kind()) {
      case LOGITS -> logSigmoid(positive ? score : -score);
      case PROBABILITIES ->
          positive ? Math.log(OutputKind.bounded(score)) : Math.log1p(-OutputKind.bounded(score));
    };
  }

  private static double logSigmoid(double logit) {
    return Math.min(0, logit) - Math.log1p(Math.exp(-Math.abs(logit)));
  }

  @Override
  double squaredDistance(int index) {
    double distance = probability(index) - target(index);
    return distance * distance;
  }

  @Override
  double confidence(int index) {
    return probability(index);
  }

  @Override
  boolean isRight(int index) {
    return target(index) == 1;
  }

  @Override
  void tell(OutputRange range) {
    for (int i = 0; cut.isKindUnsaid() && i < size(); i++) {
      range.see(score(i), cut.dependsOnKind(score(i)));
    }
  }

  private double probability(int index) {
    return switch (cut.kind()) {
      case LOGITS -> Math.exp(logSigmoid(score(index)));
      case PROBABILITIES -> OutputKind.bounded(score(index));
    };
  }
}
