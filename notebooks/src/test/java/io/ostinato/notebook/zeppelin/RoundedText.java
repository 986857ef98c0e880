package io.ostinato.notebook.zeppelin;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Compares texts with numbers that were computed on different CPUs. A convolution adds in an order
 * that depends on the sizes of the caches, so the weights of a training differ slightly.
 */
final class RoundedText {
  private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?([eE]-?\\d+)?");
  private static final Pattern WHOLE = Pattern.compile("\\d+");
  private static final double RELATIVE = 0.03;

  private RoundedText() {}

  /**
   * Whether two texts are the same, but for numbers that differ by at most three percent and aren't
   * both whole, such as numbers of rows.
   */
  static boolean areSame(String one, String other) {
    List<String> ones = numbers(one);
    List<String> others = numbers(other);
    return NUMBER.matcher(one).replaceAll("0").equals(NUMBER.matcher(other).replaceAll("0"))
        && IntStream.range(0, ones.size()).allMatch(i -> areClose(ones.get(i), others.get(i)));
  }

  private static List<String> numbers(String text) {
    return NUMBER.matcher(text).results().map(MatchResult::group).toList();
  }

  private static boolean areClose(String one, String other) {
    if (WHOLE.matcher(one).matches() && WHOLE.matcher(other).matches()) {
      return one.equals(other);
    }
    double a = Double.parseDouble(one);
    double b = Double.parseDouble(other);
    return Math.abs(a - b) <= RELATIVE * Math.max(a, b);
  }
}
