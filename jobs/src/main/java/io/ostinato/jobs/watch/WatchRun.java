package io.ostinato.jobs.watch;

import io.ostinato.spark.storage.HadoopRunFiles;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a run, on this machine or any file system that Hadoop supports, and a local folder
 * for copies of checkpoints. Local folders are locked until this is closed.
 */
final class WatchRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WatchRun.class);
  private static final String METRICS = "metrics.jsonl";
  private static final String SETTINGS = "watch.txt";

  /** The age at which temporary files are considered abandoned; no file takes so long to write. */
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private static final java.nio.file.Path TEMPORARY_FILES =
      java.nio.file.Path.of(System.getProperty("java.io.tmpdir"));

  private final Path folder;
  private final Configuration configuration;
  private final java.nio.file.@Nullable Path local;
  private final LineFile lines;
  private final Staging staging;

  /**
   * Opens the folder and creates it if it is missing.
   *
   * @throws StorageException if it can't be written, or another process has locked it
   */
  WatchRun(String output, String runId, Configuration configuration) {
    this.configuration = configuration;
    try {
      Path given = new Path(output, runId);
      folder = given.getFileSystem(configuration).makeQualified(given);
      local =
          "file".equals(folder.toUri().getScheme())
              ? java.nio.file.Path.of(folder.toUri().getPath())
              : null;
      lines =
          local == null
              ? HadoopLineFile.open(new Path(folder, METRICS), configuration)
              : LocalLineFile.open(local.resolve(METRICS));
    } catch (IOException e) {
      throw new StorageException(
          "can't write to '%s': %s".formatted(output, StorageException.reasonOf(e)), e);
    }
    try {
      staging =
          local == null
              ? Staging.temporary(TEMPORARY_FILES, folder.toString())
              : Staging.in(local.resolve(".staging"));
    } catch (IOException e) {
      lines.close();
      throw new StorageException(
          "can't make a folder for copies: " + StorageException.reasonOf(e), e);
    }
  }

  /** Deletes temporary files of processes that were killed while writing a file of this run. */
  void deleteAbandoned(Instant now) {
    Instant before = now.minus(ABANDONED_AFTER);
    for (RunFiles each : List.of(files(), checkpoints())) {
      try {
        each.deleteAbandoned(before);
      } catch (StorageException e) {
        log.warn("{}; the watch goes on", e.getMessage());
      }
    }
  }

  LineFile lines() {
    return lines;
  }

  /** The local folder for copies of checkpoints. */
  java.nio.file.Path staging() {
    return staging.folder();
  }

  /** The run's folder, if it is on this machine. */
  Optional<java.nio.file.Path> local() {
    return Optional.ofNullable(local);
  }

  RunFiles files() {
    return local == null
        ? HadoopRunFiles.in(folder.toString(), configuration)
        : LocalRunFiles.in(local);
  }

  RunFiles checkpoints() {
    return local == null
        ? HadoopRunFiles.in(folder + "/checkpoints", configuration)
        : LocalRunFiles.in(local.resolve("checkpoints"));
  }

  String location() {
    return local == null ? folder.toString() : local.toString();
  }

  /**
   * Stores the settings that the run's metrics depend on, or compares them with the stored ones.
   *
   * @return the stored settings that differ, one line each
   */
  List<String> settle(Map<String, String> settings) {
    RunFiles files = files();
    StringBuilder text = new StringBuilder();
    new TreeMap<>(settings)
        .forEach(
            (option, value) -> text.append(option).append('=').append(inLine(value)).append('\n'));
    if (!files.exists(SETTINGS)) {
      byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
      files.write(SETTINGS, out -> out.write(content));
      return List.of();
    }
    List<String> before = read(files);
    return before.stream()
        .filter(line -> !text.toString().lines().toList().contains(line))
        .map(line -> line.replaceFirst("=", " "))
        .toList();
  }

  /** Escapes line breaks, which SQL can have. */
  private static String inLine(String value) {
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
  }

  @Override
  public void close() {
    try {
      staging.close();
    } finally {
      lines.close();
    }
  }

  private static List<String> read(RunFiles files) {
    try (var in = files.read(SETTINGS)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new StorageException(
          "can't read '%s' in '%s': %s"
              .formatted(SETTINGS, files.location(), StorageException.reasonOf(e)),
          e);
    }
  }
}
