package io.ostinato.spark.image;

/**
 * The weights with which one dimension of an image is resampled, in fixed point with {@value #BITS}
 * bits after the point.
 *
 * @param first the first original pixel of each new one
 * @param weights the weights of that pixel and those that follow it, for each new one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FilterWeights(int[] first, int[][] weights) {
  /** A weight and a sample of 8 bits leave two bits for weights that are negative or exceed 1. */
  static final int BITS = Integer.SIZE - 8 - 2;

  /**
   * Returns the weights for resampling to another size. When an image shrinks, the filter covers as
   * many original pixels as necessary to avoid aliasing.
   */
  static FilterWeights of(int oldSize, int newSize, Interpolation filter) {
    double scale = (double) oldSize / newSize;
    double stretch = Math.max(1, scale);
    double support = filter.support() * stretch;
    int[] first = new int[newSize];
    int[][] weights = new int[newSize][];
    for (int i = 0; i < newSize; i++) {
      double center = (i + 0.5) * scale;
      int from = Math.max(0, (int) (center - support + 0.5));
      int to = Math.min(oldSize, (int) (center + support + 0.5));
      first[i] = from;
      weights[i] = fixed(normalized(from, to, center, stretch, filter));
    }
    return new FilterWeights(first, weights);
  }

  private static double[] normalized(
      int from, int to, double center, double stretch, Interpolation filter) {
    double[] weights = new double[to - from];
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      weights[k] = filter.weight((k + from - center + 0.5) * (1 / stretch));
      sum += weights[k];
    }
    for (int k = 0; k < weights.length && sum != 0; k++) {
      weights[k] /= sum;
    }
    return weights;
  }

  /** Rounds half away from zero. */
  private static int[] fixed(double[] weights) {
    int[] fixed = new int[weights.length];
    for (int k = 0; k < fixed.length; k++) {
      fixed[k] = (int) (Math.copySign(0.5, weights[k]) + weights[k] * (1 << BITS));
    }
    return fixed;
  }
}
