package io.ostinato.metric;

/**
 * Areas under the curves of a ranking, as scikit-learn defines them. Scores go from the highest to
 * the lowest; rows of one score are one step.
 */
final class Ranking {
  private Ranking() {}

  /**
   * The area under the receiver operating characteristic: the probability that a row of class 1 has
   * a higher score than one of class 0, ties counted half (Mann and Whitney, 1947). NaN without
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
   * The sum over steps of precision, times what the step adds to recall. NaN without rows of class
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

  /** How many rows of each class have each score, from the highest score to the lowest. */
  interface Steps {
    int size();

    long positivesOf(int step);

    long negativesOf(int step);

    long positives();

    long negatives();
  }
}
