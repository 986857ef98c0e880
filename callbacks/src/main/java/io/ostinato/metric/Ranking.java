package io.ostinato.metric;

/**
 * Areas under the curves of a ranking, as defined by scikit-learn. Scores are in descending order;
 * rows with equal scores are one step.
 */
final class Ranking {
  private Ranking() {}

  /** A number computed from a ranking. */
  enum Area {
    ROC_AUC {
      @Override
      double of(Steps steps) {
        return rocAuc(steps);
      }

      @Override
      boolean isDefined(long positives, long negatives) {
        return positives > 0 && negatives > 0;
      }
    },
    AVERAGE_PRECISION {
      @Override
      double of(Steps steps) {
        return averagePrecision(steps);
      }

      @Override
      boolean isDefined(long positives, long negatives) {
        return positives > 0;
      }
    };

    abstract double of(Steps steps);

    /** Whether these numbers of rows of class 1 and of class 0 define it. */
    abstract boolean isDefined(long positives, long negatives);
  }

  /**
   * The area under the receiver operating characteristic curve: the probability that a row of class
   * 1 has a higher score than one of class 0; ties count half (Mann and Whitney, 1947). NaN without
   * rows of both classes, or with a score that is NaN.
   */
  static double rocAuc(Steps steps) {
    long twice = 0;
    long negativesAbove = 0;
    for (int step = 0; step < steps.size(); step++) {
      long negativesBelow = steps.negatives() - negativesAbove - steps.negativesOf(step);
      long pairs = Math.addExact(Math.multiplyExact(2, negativesBelow), steps.negativesOf(step));
      twice = Math.addExact(twice, Math.multiplyExact(steps.positivesOf(step), pairs));
      negativesAbove += steps.negativesOf(step);
    }
    return twice / 2.0 / ((double) steps.positives() * steps.negatives());
  }

  /**
   * The sum over steps of the precision times the increase of the recall. NaN without rows of class
   * 1, or with a score that is NaN.
   */
  static double averagePrecision(Steps steps) {
    double sum = 0;
    long hits = 0;
    long rows = 0;
    for (int step = 0; step < steps.size(); step++) {
      hits += steps.positivesOf(step);
      rows += steps.positivesOf(step) + steps.negativesOf(step);
      if (rows > 0) {
        sum += (double) hits / rows * steps.positivesOf(step);
      }
    }
    return sum / steps.positives();
  }

  /** The number of rows of each class for each score, in descending order of scores. */
  interface Steps {
    int size();

    long positivesOf(int step);

    long negativesOf(int step);

    long positives();

    long negatives();
  }
}
