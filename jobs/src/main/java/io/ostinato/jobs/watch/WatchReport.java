package io.ostinato.jobs.watch;

import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.report.RunReport;
import io.ostinato.text.Excerpt;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports outcomes of checkpoints: a line for each, to the trackers, and on the run's page. */
final class WatchReport {
  private static final Logger log = LoggerFactory.getLogger(WatchReport.class);

  private final PrintWriter out;
  private final PrintWriter err;
  private final CheckpointTrackers trackers;
  private final RunReport page;
  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

  /**
   * Creates a report.
   *
   * @param page the page about the run in its folder
   */
  WatchReport(PrintWriter out, PrintWriter err, CheckpointTrackers trackers, RunReport page) {
    this.out = out;
    this.err = err;
    this.trackers = trackers;
    this.page = page;
  }

  /** Reports an evaluation and the metrics for which it is the best. */
  void evaluated(JournalEntry entry, List<String> improved) {
    count(entry);
    String metrics =
        entry.metrics().entrySet().stream()
            .map(
                metric ->
                    String.format(
                        Locale.ROOT,
                        "%s %.6g%s",
                        metric.getKey(),
                        metric.getValue(),
                        improved.contains(metric.getKey()) ? " (best)" : ""))
            .collect(Collectors.joining("  "));
    out.println(
        String.format(
            Locale.ROOT,
            "%-20s %s  %s  %.3f s",
            Excerpt.of(entry.checkpoint().name()),
            metrics,
            EvaluationReport.rowsText(entry.rows(), entry.skippedRows()),
            entry.seconds()));
    out.flush();
    trackers.log(entry);
  }

  /** Reports a checkpoint that was skipped or failed. */
  void ended(JournalEntry entry) {
    count(entry);
    if (entry.outcome() == Outcome.FAILED) {
      err.println(
          "error: can't evaluate '%s': %s"
              .formatted(Excerpt.of(entry.checkpoint().name()), Excerpt.ofLines(entry.reason())));
      err.flush();
    } else {
      log.info("skipped {}: {}", Excerpt.of(entry.checkpoint().name()), entry.reason());
    }
  }

  /** Warns about a folder that looks like a checkpoint of another framework. */
  void folder(String name) {
    err.println(
        ("warning: '%s' is a folder, and subfolders are not searched: a checkpoint is a single"
                + " file; write checkpoints as files to the watched folder, set --checkpoints to"
                + " the folder that contains the files, or evaluate folders of weights with a module"
                + " as --architecture")
            .formatted(Excerpt.of(name)));
    err.flush();
  }

  int count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0);
  }

  private void count(JournalEntry entry) {
    counts.merge(entry.outcome(), 1, Integer::sum);
    page.changed();
  }
}
