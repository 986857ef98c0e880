package io.ostinato.tracking;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Prints a line for each record: the iteration, then the metrics with six significant digits. */
final class ConsoleTracker implements Tracker {
  private final Consumer<String> lines;

  ConsoleTracker(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void log(MetricsRecord record) {
    String metrics =
        record.metrics().entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%s %.6g", entry.getKey(), entry.getValue()))
            .collect(Collectors.joining("  "));
    lines.accept(String.format(Locale.ROOT, "%-16s %s", record.iteration(), metrics));
  }
}
