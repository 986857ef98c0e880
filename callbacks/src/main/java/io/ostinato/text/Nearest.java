package io.ostinato.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the word that a misspelt one was probably meant to be. */
public final class Nearest {
  private Nearest() {}

  /** {@code ; did you mean 'epochs'?}, or a list of the known words if none is close. */
  public static String hint(String given, Collection<String> known) {
    return of(given, known)
        .map("; did you mean '%s'?"::formatted)
        .orElseGet(() -> known.isEmpty() ? "" : "; known: " + String.join(", ", known));
  }

  /** {@code ; did you mean 'epochs'? Known: …} if a word is close, or else the known words. */
  public static String all(String given, Collection<String> known) {
    String words = String.join(", ", known);
    return of(given, known)
        .map(meant -> "; did you mean '%s'? Known: %s".formatted(meant, words))
        .orElseGet(() -> "; known: " + words);
  }

  /** The closest known word, if at most a third of its letters differ. */
  public static Optional<String> of(String given, Collection<String> known) {
    return known.stream()
        .filter(word -> isNear(given, word))
        .min(Comparator.comparingInt(word -> distance(given, word)));
  }

  /** The most similar words, the nearest first, of any distance. */
  public static List<String> most(String given, Collection<String> known, int most) {
    return known.stream()
        .sorted(Comparator.comparingInt(word -> distance(given, word)))
        .limit(most)
        .toList();
  }

  /** The difference in length is a lower bound of the distance, so long text isn't compared. */
  private static boolean isNear(String given, String word) {
    int most = Math.max(1, word.length() / 3);
    return Math.abs(given.length() - word.length()) <= most && distance(given, word) <= most;
  }

  /** The Levenshtein distance, in which a swap of two adjacent letters counts once. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 ? j : j == 0 ? i : cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int best = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + change);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, cost[i - 2][j - 2] + 1) : best;
  }
}
