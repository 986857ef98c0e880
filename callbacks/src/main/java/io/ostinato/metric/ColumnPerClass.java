package io.ostinato.metric;

/** Scores with one column per class. NaN is the highest score, as in PyTorch. */
final class ColumnPerClass extends ClassScores {
  private final OutputKind kind;
  private final Cut cut;
  private final boolean isKindUnsaid;

  /**
   * Creates scores with one column per class.
   *
   * @throws IllegalArgumentException if there are more than two columns and a threshold is set
   */
  ColumnPerClass(LabelledOutputs labelled, Cut cut, boolean isKindUnsaid) {
    super(labelled);
    this.kind = cut.kind();
    this.cut = cut;
    if (cut.isSet() && classes() > 2) {
      throw new IllegalArgumentException(
          "threshold is for outputs of one or two columns, or with label_axis; the outputs have %s"
                  .formatted(classes())
              + " classes, of which the highest is predicted; remove the threshold");
    }
    this.isKindUnsaid = isKindUnsaid;
  }

  @Override
  int classes() {
    return labelled.layout().columns();
  }

  private double score(int index, int column) {
    return labelled.score(index, column);
  }

  @Override
  int predicted(int index) {
    if (cut.isSet()) {
      return cut.isAbove(score(index, 0), score(index, 1)) ? 1 : 0;
    }
    int best = 0;
    for (int column = 1; column < classes(); column++) {
      double score = score(index, column);
      double before = score(index, best);
      if (score > before || (Double.isNaN(score) && !Double.isNaN(before))) {
        best = column;
      }
    }
    return best;
  }

  @Override
  int rankOfTarget(int index) {
    double target = score(index, target(index));
    if (Double.isNaN(target)) {
      return classes();
    }
    int rank = 0;
    for (int column = 0; column < classes(); column++) {
      double score = score(index, column);
      if (score > target || Double.isNaN(score) || (score == target && column < target(index))) {
        rank++;
      }
    }
    return rank;
  }

  @Override
  double logProbabilityOfTarget(int index) {
    double score = score(index, target(index));
    return switch (kind) {
      case LOGITS -> Normalizer.of(this, index).logSoftmax(score);
      case PROBABILITIES -> Math.log(OutputKind.bounded(score));
    };
  }

  @Override
  double squaredDistance(int index) {
    Normalizer normalizer = normalizer(index);
    double sum = 0;
    for (int column = 0; column < classes(); column++) {
      double hit = column == target(index) ? 1 : 0;
      double distance = probability(index, column, normalizer) - hit;
      sum += distance * distance;
    }
    return sum;
  }

  @Override
  double confidence(int index) {
    return probability(index, predicted(index), normalizer(index));
  }

  @Override
  boolean isRight(int index) {
    return isHit(index);
  }

  @Override
  void tell(OutputRange range) {
    double[] scores = new double[classes()];
    for (int i = 0; isKindUnsaid && range.mayBeRowsOfProbabilities() && i < size(); i++) {
      for (int column = 0; column < scores.length; column++) {
        scores[column] = score(i, column);
      }
      range.see(scores, cut.isSet());
    }
  }

  private Normalizer normalizer(int index) {
    return kind == OutputKind.LOGITS ? Normalizer.of(this, index) : Normalizer.NONE;
  }

  private double probability(int index, int column, Normalizer normalizer) {
    return switch (kind) {
      case LOGITS -> Math.exp(normalizer.logSoftmax(score(index, column)));
      case PROBABILITIES -> OutputKind.bounded(score(index, column));
    };
  }

  /** Converts the logits of one position to logarithms of probabilities. */
  private record Normalizer(double max, double logSum) {
    static final Normalizer NONE = new Normalizer(0, 0);

    static Normalizer of(ColumnPerClass scores, int index) {
      double max = Double.NEGATIVE_INFINITY;
      for (int column = 0; column < scores.classes(); column++) {
        max = Math.max(max, scores.score(index, column));
      }
      double sum = 0;
      for (int column = 0; column < scores.classes(); column++) {
        sum += Math.exp(scores.score(index, column) - max);
      }
      return new Normalizer(max, Math.log(sum));
    }

    double logSoftmax(double score) {
      return score - max - logSum;
    }
  }
}
