package io.ostinato.metric;

import java.util.Arrays;

/**
 * The similarities of a query to the candidates that match, ascending, and to all others. Of equal
 * similarities, those of candidates that don't match rank first, so that embeddings that are all
 * the same find nothing.
 */
record Matches(double[] matching, double[] others) {

  static Matches of(double[] matching, double[] others) {
    Arrays.sort(matching);
    return new Matches(matching, others);
  }

  /** The number of candidates that match. */
  int size() {
    return matching.length;
  }

  /**
   * The rank among all candidates, from 1, of a match.
   *
   * @param match its rank among the matches, from 1
   */
  int rank(int match) {
    double similarity = matching[matching.length - match];
    int rank = match;
    for (double other : others) {
      if (other >= similarity) {
        rank++;
      }
    }
    return rank;
  }

  /** The number of matches among the first {@code k} candidates. */
  int within(int k) {
    int found = 0;
    int missed = Math.min(k, size()) + 1;
    while (missed - found > 1) { // ranks ascend
      int match = (found + missed) >>> 1;
      if (rank(match) <= k) {
        found = match;
      } else {
        missed = match;
      }
    }
    return found;
  }
}
