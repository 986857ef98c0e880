package io.ostinato.jobs.watch;

import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.EvaluationsLog;
import io.ostinato.tracking.MetricsFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run, on this machine or any file system that Hadoop supports, and a local folder
 * for copies of checkpoints. Local folders are locked until this is closed.
 */
final class WatchRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WatchRun.class);
  private static final String SETTINGS = "watch.txt";

  /** The age at which temporary files are considered abandoned; no file takes so long to write. */
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private static final Path TEMPORARY_FILES = Path.of(System.getProperty("java.io.tmpdir"));

  private final RunFiles files;
  private final EvaluationsLog evaluations;
  private final Staging staging;
  private @Nullable LineFile lines;

  /**
   * Opens the folder. A local one is created if missing, and locked. Any other is taken over from a
   * process that may be writing it only in {@link #lines}, so that a watch that is rejected earlier
   * changes nothing.
   *
   * @throws StorageException if it can't be written, or another process has locked it
   */
  WatchRun(String output, String runId, Configuration configuration) {
    files = HadoopRunFiles.anywhere(output, configuration).folder(runId);
    evaluations = EvaluationsLog.of(files, Clock.systemUTC());
    if (files.local().isPresent()) {
      lines();
    }
    try {
      Optional<Path> local = files.local();
      staging =
          local.isPresent()
              ? Staging.in(local.get().resolve(".staging"))
              : Staging.temporary(TEMPORARY_FILES, files.location());
    } catch (IOException e) {
      closeLines();
      throw new StorageException(
          "can't make a folder for copies: " + StorageException.reasonOf(e), e);
    }
  }

  /** Deletes temporary files of processes that were killed while writing a file of this run. */
  void deleteAbandoned(Instant now) {
    Instant before = now.minus(ABANDONED_AFTER);
    for (RunFiles each : List.of(files, checkpoints())) {
      try {
        each.deleteAbandoned(before);
      } catch (StorageException e) {
        log.warn("{}; the watch goes on", e.getMessage());
      }
    }
  }

  /** The lines of the run; only this process appends to them. */
  LineFile lines() {
    if (lines == null) {
      lines = files.openLines(MetricsFile.NAME);
    }
    return lines;
  }

  /** The log of the run's evaluations, which is opened with its first line. */
  EvaluationsLog evaluations() {
    return evaluations;
  }

  private void closeLines() {
    if (lines != null) {
      lines.close();
    }
  }

  /** The local folder for copies of checkpoints. */
  Path staging() {
    return staging.folder();
  }

  RunFiles files() {
    return files;
  }

  RunFiles checkpoints() {
    return files.folder("checkpoints");
  }

  String location() {
    return files.location();
  }

  /**
   * Stores the settings that the run's metrics depend on, or compares them with the stored ones.
   *
   * @return the stored settings that differ, one line each
   */
  List<String> settle(Map<String, String> settings) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(settings)
        .forEach(
            (option, value) -> text.append(option).append('=').append(inLine(value)).append('\n'));
    if (!files.exists(SETTINGS)) {
      byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
      files.write(SETTINGS, out -> out.write(content));
      return List.of();
    }
    return files
        .text(SETTINGS)
        .lines()
        .filter(line -> !text.toString().lines().toList().contains(line))
        .map(line -> line.replaceFirst("=", " "))
        .toList();
  }

  /** Escapes line breaks, which SQL can contain. */
  private static String inLine(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  @Override
  public void close() {
    try {
      staging.close();
    } finally {
      try {
        evaluations.close();
      } finally {
        closeLines();
      }
    }
  }
}
