package io.ostinato.report;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Leaves out values of long runs, which would make the page slow and the curves no better. Of each
 * metric, the first and last values and the lowest and highest ones of each part of the run are
 * kept, and records that are wanted in any case.
 */
final class ThinnedRecords {
  /** With more records, some are left out. */
  static final int MOST_RECORDS = 20_000;

  /** With more values of all metrics together, some are left out. */
  static final int MOST_VALUES = 1_000_000;

  private static final int LEAST_PARTS = 200;

  private ThinnedRecords() {}

  static List<ReportRecord> of(List<ReportRecord> records, Predicate<ReportRecord> wanted) {
    return areTooMany(records) ? thinned(records, wanted) : records;
  }

  /** Whether some values are left out. */
  static boolean areTooMany(List<ReportRecord> records) {
    long values = records.stream().mapToLong(record -> record.metrics().size()).sum();
    return records.size() > MOST_RECORDS || values > MOST_VALUES;
  }

  private static List<ReportRecord> thinned(
      List<ReportRecord> records, Predicate<ReportRecord> wanted) {
    Map<String, BitSet> kept = places(records);
    List<ReportRecord> thinned = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      ReportRecord record = records.get(i);
      ReportRecord one =
          wanted.test(record) ? record : record.withMetrics(metrics(record, i, kept));
      if (!one.metrics().isEmpty()) {
        thinned.add(one);
      }
    }
    return thinned;
  }

  private static Map<String, Double> metrics(
      ReportRecord record, int place, Map<String, BitSet> kept) {
    Map<String, Double> metrics = new LinkedHashMap<>(record.metrics());
    metrics.keySet().removeIf(key -> !kept.getOrDefault(key, new BitSet()).get(place));
    return metrics;
  }

  /** The places at which values of each metric are kept. */
  private static Map<String, BitSet> places(List<ReportRecord> records) {
    MetricColumns columns = new MetricColumns(records);
    List<String> keys = columns.keys();
    int parts = Math.max(LEAST_PARTS, MOST_RECORDS / (2 * Math.max(1, keys.size())));
    Map<String, BitSet> kept = new LinkedHashMap<>();
    for (String key : keys) {
      BitSet places = new BitSet(records.size());
      keep(columns.values(key), records.size(), parts, places);
      kept.put(key, places);
    }
    return kept;
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
