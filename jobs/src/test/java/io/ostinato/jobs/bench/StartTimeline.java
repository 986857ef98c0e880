package io.ostinato.jobs.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How long the phases of one start took, in seconds.
 *
 * @param total from spark-submit to the line with the first metric
 * @param natives from finding the native libraries to the loaded engine; beside the phases, if they
 *     are loaded on a thread of their own
 */
record StartTimeline(double total, Map<StartPhase, Double> phases, double natives) {
  private static final String FOUND = "Platform: Found matching platform";
  private static final String LOADED = "OstinatoPlugin: Ostinato is ready";

  /**
   * Reads the log of a command.
   *
   * @param log lines that begin with the time in milliseconds since the epoch
   * @param start of spark-submit, in milliseconds since the epoch
   * @param total in seconds
   * @throws IllegalStateException if the end of a phase is missing
   */
  static StartTimeline of(List<String> log, long start, double total) {
    Map<StartPhase, Double> phases = new EnumMap<>(StartPhase.class);
    long before = start;
    for (StartPhase phase : StartPhase.values()) {
      long end = time(log, phase.mark);
      phases.put(phase, (end - before) / 1e3);
      before = end;
    }
    return new StartTimeline(total, phases, (time(log, LOADED) - time(log, FOUND)) / 1e3);
  }

  /** The median of each time. */
  static StartTimeline median(List<StartTimeline> all) {
    Map<StartPhase, Double> phases = new EnumMap<>(StartPhase.class);
    Arrays.stream(StartPhase.values())
        .forEach(phase -> phases.put(phase, median(all, one -> one.phases.get(phase))));
    return new StartTimeline(
        median(all, StartTimeline::total), phases, median(all, StartTimeline::natives));
  }

  private static double median(List<StartTimeline> all, ToDoubleFunction<StartTimeline> time) {
    return Rounds.median(all.stream().map(time::applyAsDouble).toList());
  }

  private static long time(List<String> log, String mark) {
    return log.stream()
        .filter(line -> line.contains(mark))
        .findFirst()
        .map(line -> Long.parseLong(line.substring(0, line.indexOf(' '))))
        .orElseThrow(() -> new IllegalStateException("no '%s' in the log".formatted(mark)));
  }

  String detail() {
    String parts =
        phases.entrySet().stream()
            .map(one -> String.format(Locale.ROOT, "%s %.2f", one.getKey().title, one.getValue()))
            .collect(Collectors.joining(", "));
    return String.format(Locale.ROOT, "%.2f s: %s; natives %.2f", total, parts, natives);
  }
}
