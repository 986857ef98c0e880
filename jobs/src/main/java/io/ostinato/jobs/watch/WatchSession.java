package io.ostinato.jobs.watch;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.report.RunReport;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;

/** The part of a run in one process, from loading the results of earlier ones to the summary. */
final class WatchSession implements AutoCloseable {
  private final WatchRun run;
  private final MetricProperties properties;
  private final Journal journal;
  private final BestModels bestModels;
  private final CheckpointTrackers trackers;
  private final WatchReport report;
  private final PrintWriter out;
  private final RunReport page;

  /**
   * Loads the results of earlier processes.
   *
   * @param page the page about the run in its folder, which has started
   */
  WatchSession(
      WatchRun run,
      String runId,
      MetricProperties properties,
      boolean retryFailed,
      RunReport page,
      CommandLine command) {
    this.run = run;
    this.page = page;
    this.properties = properties;
    this.journal = new Journal(run.lines(), run.evaluations());
    if (retryFailed) {
      journal.forgetFailures();
    }
    this.bestModels = new BestModels(run.checkpoints(), properties, journal.entries());
    this.trackers =
        run.files().local().isPresent()
            ? CheckpointTrackers.inFolderOf(
                new RunInfo(runId, run.files(), Map.of()), journal.entries())
            : CheckpointTrackers.none();
    this.out = command.getOut();
    this.report = new WatchReport(out, command.getErr(), trackers, page);
  }

  /** Watches until the watch ends; returns the exit code. */
  int watch(
      WatchSettings settings,
      CheckpointFolder folder,
      Completeness completeness,
      ModelEvaluation evaluation,
      Pace pace) {
    try {
      int exitCode = watched(settings, folder, completeness, evaluation, pace);
      if (pace.stopRequested()) {
        page.end(RunStatus.INTERRUPTED, "stopped by a signal");
      } else {
        page.end(RunStatus.FINISHED, "no checkpoint was left to wait for");
      }
      return exitCode;
    } catch (RuntimeException | Error e) {
      page.end(RunStatus.FAILED, ErrorLine.of(e));
      throw e;
    }
  }

  private int watched(
      WatchSettings settings,
      CheckpointFolder folder,
      Completeness completeness,
      ModelEvaluation evaluation,
      Pace pace) {
    CheckpointWork work =
        new CheckpointWork(folder, evaluation, journal, bestModels, report, run.staging(), pace);
    new Watcher(settings, folder, completeness, work, pace).run();
    RunSummary summary = summary();
    summary.write(run.files());
    trackers.finish(summary, pace.stopRequested() ? RunStatus.INTERRUPTED : RunStatus.FINISHED);
    int failed = report.count(Outcome.FAILED);
    out.printf(
        Locale.ROOT,
        "%d evaluated, %d skipped, %d failed; the files of this run are in %s%n",
        report.count(Outcome.EVALUATED),
        report.count(Outcome.SKIPPED),
        failed,
        run.location());
    return failed == 0 ? 0 : 1;
  }

  @Override
  public void close() {
    page.close();
    trackers.close();
  }

  /** The summary, whose last values are those of the newest checkpoint in the watch's order. */
  private RunSummary summary() {
    Map<CheckpointFile, MetricsRecord> records = new LinkedHashMap<>();
    journal.entries().stream()
        .filter(entry -> entry.outcome() == Outcome.EVALUATED)
        .forEach(entry -> records.put(entry.checkpoint(), entry.metricsRecord()));
    return RunSummary.inOrder(
        properties,
        CheckpointOrder.of(records.keySet()).sort(records.keySet().stream()).stream()
            .map(file -> Objects.requireNonNull(records.get(file)))
            .toList());
  }
}
