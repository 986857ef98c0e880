package io.ostinato.jobs.quickstart;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** Evaluations as text: one line each while training runs, a table at the end. */
final class QualityTable {
  private QualityTable() {}

  static String line(Quality quality) {
    return String.format(
        Locale.ROOT,
        "%-16s accuracy/test %.4f  loss/test %.4f  %,d rows  %.3f s",
        quality.iteration(),
        quality.accuracy(),
        quality.loss(),
        quality.rows(),
        seconds(quality));
  }

  static String table(List<Quality> history) {
    TextTable table =
        TextTable.forColumns(
            new ColorScheme.Builder(Ansi.OFF).build(),
            new Column(8, 0, Overflow.SPAN),
            new Column(18, 0, Overflow.SPAN),
            new Column(16, 0, Overflow.SPAN),
            new Column(12, 0, Overflow.SPAN),
            new Column(8, 0, Overflow.SPAN),
            new Column(10, 0, Overflow.SPAN));
    table.addRowValues("epoch", "iteration", "accuracy/test", "loss/test", "rows", "seconds");
    for (Quality quality : history) {
      table.addRowValues(
          Integer.toString(quality.iteration().epoch()),
          quality.iteration().toString(),
          String.format(Locale.ROOT, "%.4f", quality.accuracy()),
          String.format(Locale.ROOT, "%.4f", quality.loss()),
          Long.toString(quality.rows()),
          String.format(Locale.ROOT, "%.3f", seconds(quality)));
    }
    return table.toString();
  }

  private static double seconds(Quality quality) {
    return quality.time().toNanos() / 1e9;
  }
}
