package io.ostinato.jobs.bench;

/**
 * An evaluation.
 *
 * @param seconds from weights in the memory of the process that trains to both metrics there
 */
record PeerResult(double seconds, double accuracy, double crossEntropy) {
  private static final double TOLERANCE = 1e-5;

  /** Whether the accuracy is the same, and the cross entropy but for rounding. */
  boolean agreesWith(PeerResult other) {
    return accuracy == other.accuracy
        && Math.abs(crossEntropy - other.crossEntropy) <= TOLERANCE * Math.abs(other.crossEntropy);
  }

  String metrics() {
    return "accuracy %s, cross entropy %s".formatted(accuracy, crossEntropy);
  }
}
