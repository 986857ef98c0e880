package io.ostinato.jobs.evaluate;

import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.jobs.scoring.EvaluationSpec;
import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.LogWriter;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunSummary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** Keeps an evaluation as a run has its own: {@code metrics.jsonl} and {@code summary.json}. */
final class RunFolder {
  private static final String METRICS = "metrics.jsonl";
  private static final String SUMMARY = "summary.json";
  private static final String REPORT = "evaluation.json";

  private final String folder;
  private final SparkSession session;
  private final Clock clock;

  private RunFolder(String folder, SparkSession session, Clock clock) {
    this.folder = folder;
    this.session = session;
    this.clock = clock;
  }

  /** A new folder in that of all runs, on any file system that Hadoop knows. */
  static RunFolder in(String output, SparkSession session, Clock clock) {
    String name = RunInfo.newId(clock);
    return new RunFolder(output.replaceAll("/+$", "") + "/" + name, session, clock);
  }

  /**
   * Writes an evaluation, and gives the folder.
   *
   * @throws io.ostinato.storage.StorageException if a file can't be written
   */
  String write(EvaluationReport report, EvaluationSpec evaluation) {
    HadoopRunFiles files = HadoopRunFiles.in(folder, session);
    try {
      write(report, evaluation, files);
    } catch (IOException e) {
      throw new StorageException(
          "can't write to '%s': %s".formatted(folder, StorageException.reasonOf(e)), e);
    } catch (RuntimeException e) {
      deleteAfter(e, files);
      throw e;
    }
    return folder;
  }

  private void write(EvaluationReport report, EvaluationSpec evaluation, HadoopRunFiles files)
      throws IOException {
    Path local = Files.createTempDirectory("ostinato-run");
    try {
      Path metrics = local.resolve(METRICS);
      Path summary = local.resolve(SUMMARY);
      writeMetrics(report, evaluation.dataset(), metrics);
      MetricProperties properties =
          MetricProperties.defaults().withWritten(List.of(evaluation.directions()));
      RunSummary.of(properties, MetricsFile.read(metrics)).write(summary);
      for (Path file : List.of(metrics, summary)) {
        files.write(file.getFileName().toString(), out -> Files.copy(file, out));
      }
      byte[] json = (report.toJson() + "\n").getBytes(StandardCharsets.UTF_8);
      files.write(REPORT, out -> out.write(json));
    } finally {
      Files.deleteIfExists(local.resolve(METRICS));
      Files.deleteIfExists(local.resolve(SUMMARY));
      Files.deleteIfExists(local);
    }
  }

  /** Some files of a run are no run. */
  private void deleteAfter(RuntimeException failure, HadoopRunFiles files) {
    try {
      List.of(METRICS, SUMMARY, REPORT).forEach(files::delete);
      var path = new org.apache.hadoop.fs.Path(folder);
      path.getFileSystem(session.sparkContext().hadoopConfiguration()).delete(path, false);
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private void writeMetrics(EvaluationReport report, String dataset, Path file) {
    try (MetricsLog log = MetricsLog.open(file, clock)) {
      LogWriter writer = log.writerFor("evaluate");
      report.metrics().forEach((name, value) -> writer.addScalar(name + "/" + dataset, value));
      log.flush(CheckpointEvaluator.iterationOf(report.model()));
    }
  }
}
