package io.ostinato.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How results differ from those of an undisturbed run.
 *
 * @param wrong number of results that are there once, with another content
 * @param lost number of missing results
 * @param doubled number of results that are there again, or that the undisturbed run doesn't have
 */
public record Differences(int wrong, int lost, int doubled) {
  public static final Differences NONE = new Differences(0, 0, 0);

  /**
   * Compares lists of results.
   *
   * @param name what tells a result from all others, whatever its content
   */
  public static <T> Differences between(
      List<T> expected, List<T> actual, Function<T, String> name) {
    Map<String, List<T>> open = new HashMap<>();
    actual.forEach(
        result -> open.computeIfAbsent(name.apply(result), key -> new ArrayList<>()).add(result));
    int wrong = 0;
    int lost = 0;
    int doubled = 0;
    for (T result : expected) {
      List<T> found = open.remove(name.apply(result));
      if (found == null) {
        lost++;
      } else {
        wrong += found.contains(result) ? 0 : 1;
        doubled += found.size() - 1;
      }
    }
    for (List<T> unexpected : open.values()) {
      doubled += unexpected.size();
    }
    return new Differences(wrong, lost, doubled);
  }

  /** All differences of two comparisons. */
  public Differences plus(Differences other) {
    return new Differences(
        wrong + other.wrong, lost + other.lost, doubled + other.doubled);
  }
}
