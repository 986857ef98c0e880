package io.ostinato.report;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Leaves out records of long runs, which would make the page slow and the curves no better. Of each
 * metric, the first and last values and the lowest and highest ones of each part of the run are
 * kept, and those that are wanted in any case.
 */
final class ThinnedRecords {
  /** With more records, some are left out. */
  static final int MOST_RECORDS = 20_000;

  private static final int LEAST_PARTS = 200;

  private ThinnedRecords() {}

  static List<ReportRecord> of(List<ReportRecord> records, Predicate<ReportRecord> wanted) {
    return records.size() <= MOST_RECORDS ? records : thinned(records, wanted);
  }

  private static List<ReportRecord> thinned(
      List<ReportRecord> records, Predicate<ReportRecord> wanted) {
    MetricColumns columns = new MetricColumns(records);
    List<String> keys = columns.keys();
    int parts = Math.max(LEAST_PARTS, MOST_RECORDS / (2 * Math.max(1, keys.size())));
    BitSet kept = new BitSet(records.size());
    keys.forEach(key -> keep(columns.values(key), records.size(), parts, kept));
    for (int i = 0; i < records.size(); i++) {
      if (wanted.test(records.get(i))) {
        kept.set(i);
      }
    }
    return kept.stream().mapToObj(records::get).collect(Collectors.toCollection(ArrayList::new));
  }

  private static void keep(Map<Integer, Double> values, int records, int parts, BitSet kept) {
    List<Integer> places = List.copyOf(values.keySet());
    kept.set(places.get(0));
    kept.set(places.get(places.size() - 1));
    Map<Long, List<Integer>> byPart =
        places.stream()
            .collect(
                Collectors.groupingBy(
                    place -> (long) place * parts / records, TreeMap::new, Collectors.toList()));
    for (List<Integer> part : byPart.values()) {
      List<Integer> finite =
          part.stream().filter(place -> Double.isFinite(values.getOrDefault(place, 0.0))).toList();
      (finite.isEmpty() ? part.subList(0, 1) : extremes(finite, values)).forEach(kept::set);
    }
  }

  private static List<Integer> extremes(List<Integer> places, Map<Integer, Double> values) {
    int lowest = places.get(0);
    int highest = lowest;
    for (int place : places) {
      double value = values.getOrDefault(place, 0.0);
      lowest = value < values.getOrDefault(lowest, 0.0) ? place : lowest;
      highest = value > values.getOrDefault(highest, 0.0) ? place : highest;
    }
    return List.of(lowest, highest);
  }
}
