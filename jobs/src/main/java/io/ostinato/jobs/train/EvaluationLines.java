package io.ostinato.jobs.train;

import io.ostinato.metric.Direction;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.Tracker;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** Prints a line for each record that has metrics of model quality, and a table at the end. */
final class EvaluationLines implements Tracker {
  private final PrintWriter out;
  private final MetricProperties properties;

  EvaluationLines(PrintWriter out, MetricProperties properties) {
    this.out = out;
    this.properties = properties;
  }

  @Override
  public void log(MetricsRecord record) {
    String metrics =
        record.metrics().entrySet().stream()
            .filter(metric -> tellsQuality(metric.getKey()))
            .map(metric -> "%s %s".formatted(metric.getKey(), number(metric.getValue())))
            .collect(Collectors.joining("  "));
    if (!metrics.isEmpty()) {
      out.println(String.format(Locale.ROOT, "%-16s %s", record.iteration(), metrics));
    }
  }

  /** A table with the last and the best value of each metric of model quality. */
  String table(RunSummary summary) {
    int widest = summary.last().keySet().stream().mapToInt(String::length).max().orElse(0);
    TextTable table =
        TextTable.forColumns(
            new ColorScheme.Builder(Ansi.OFF).build(),
            new Column(widest + 2, 0, Overflow.SPAN),
            new Column(12, 0, Overflow.SPAN),
            new Column(12, 0, Overflow.SPAN),
            new Column(24, 0, Overflow.SPAN));
    table.addRowValues("metric", "last", "best", "at");
    for (Map.Entry<String, RunSummary.Value> last : summary.last().entrySet()) {
      if (tellsQuality(last.getKey())) {
        RunSummary.Value best = summary.best().get(last.getKey());
        table.addRowValues(
            last.getKey(),
            number(last.getValue().value()),
            best == null ? "" : number(best.value()),
            best == null ? "" : best.iteration().toString());
      }
    }
    return table.toString();
  }

  private boolean tellsQuality(String metric) {
    return properties.direction(metric).filter(Direction.NEUTRAL::equals).isEmpty();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
