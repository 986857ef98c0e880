package io.ostinato.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How results differ from those of an undisturbed run.
 *
 * @param wrong names of results that have another content
 * @param lost names of missing results
 * @param doubled names of results that are there again, or that the undisturbed run doesn't have
 */
public record Differences(List<String> wrong, List<String> lost, List<String> doubled) {
  public static final Differences NONE = new Differences(List.of(), List.of(), List.of());

  /**
   * Compares lists of results.
   *
   * @param name what tells a result from all others, whatever its content
   */
  public static <T> Differences between(
      List<T> expected, List<T> actual, Function<T, String> name) {
    Map<String, List<T>> open = new LinkedHashMap<>();
    actual.forEach(
        result -> open.computeIfAbsent(name.apply(result), key -> new ArrayList<>()).add(result));
    Differences all = new Differences(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (T result : expected) {
      String named = name.apply(result);
      List<T> found = open.remove(named);
      if (found == null) {
        all.lost.add(named);
        continue;
      }
      if (!found.contains(result)) {
        all.wrong.add(named);
      }
      found.stream().skip(1).forEach(again -> all.doubled.add(named));
    }
    open.forEach((named, found) -> found.forEach(unexpected -> all.doubled.add(named)));
    return all;
  }

  /** All differences of two comparisons. */
  public Differences plus(Differences other) {
    return new Differences(
        joined(wrong, other.wrong), joined(lost, other.lost), joined(doubled, other.doubled));
  }

  private static List<String> joined(List<String> one, List<String> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }
}
