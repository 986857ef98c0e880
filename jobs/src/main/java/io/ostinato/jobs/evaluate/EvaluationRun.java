package io.ostinato.jobs.evaluate;

import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.jobs.scoring.EvaluationSpec;
import io.ostinato.metric.Metric;
import io.ostinato.report.RunFacts;
import io.ostinato.report.RunReport;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * An evaluation stored as a run: {@code metrics.jsonl}, {@code evaluations.jsonl}, {@code
 * summary.json} and a report.
 */
final class EvaluationRun {
  private static final String REPORT = "evaluation.json";

  private final String folder;
  private final RunFiles files;
  private final Clock clock;

  private EvaluationRun(String folder, RunFiles files, Clock clock) {
    this.folder = folder;
    this.files = files;
    this.clock = clock;
  }

  /**
   * Creates a run in the folder of all runs, on any file system that Hadoop supports.
   *
   * @throws io.ostinato.storage.StorageException if the file system can't be accessed
   */
  static EvaluationRun in(String output, Configuration configuration, Clock clock) {
    String id = RunInfo.newId(clock);
    return new EvaluationRun(
        output.replaceAll("/+$", "") + "/" + id,
        HadoopRunFiles.anywhere(output, configuration).folder(id),
        clock);
  }

  /**
   * Writes an evaluation completely or not at all, and returns the folder. Its page alone can be
   * missing, with a warning.
   *
   * @param facts what the page says about the evaluation; empty for no page
   * @throws io.ostinato.storage.StorageException if a file can't be written
   */
  String write(
      EvaluationReport report, String dataset, List<Metric<?>> metrics, List<RunFacts> facts) {
    MetricProperties properties =
        MetricProperties.defaults()
            .withWritten(List.of(EvaluationSpec.directions(metrics, dataset)));
    try {
      RunSummary summary = writeMetrics(report, dataset, properties);
      summary.write(files);
      writeEvaluations(report);
      byte[] json = (report.toJson() + "\n").getBytes(StandardCharsets.UTF_8);
      files.write(REPORT, out -> out.write(json));
      facts.forEach(one -> writePage(one, properties));
      return folder;
    } catch (RuntimeException e) {
      deleteAfter(e);
      throw e;
    }
  }

  private void writePage(RunFacts facts, MetricProperties properties) {
    try (RunReport page = RunReport.of(files, files.folder("checkpoints"), properties, clock)) {
      page.start(() -> facts);
      page.end(RunStatus.FINISHED, "evaluated once");
    }
  }

  private RunSummary writeMetrics(
      EvaluationReport report, String dataset, MetricProperties properties) {
    try (MetricsLog log = MetricsLog.open(files, clock)) {
      LogWriter writer = log.writerFor("evaluate");
      report.metrics().forEach((name, value) -> writer.addScalar(name + "/" + dataset, value));
      log.flush(CheckpointEvaluator.iterationOf(report.model()));
      return RunSummary.of(properties, log.records());
    }
  }

  private void writeEvaluations(EvaluationReport report) {
    try (EvaluationsLog log = EvaluationsLog.of(files, clock)) {
      report.evaluations().forEach(log::add);
      log.flush();
    }
  }

  /** Deletes the folder after a failure, since an incomplete run is useless. */
  private void deleteAfter(RuntimeException failure) {
    try {
      files.deleteFolder();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
