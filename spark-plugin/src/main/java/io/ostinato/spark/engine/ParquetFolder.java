package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.UnwritableResultsException;
import io.ostinato.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that an evaluation writes. Its files are written to a hidden folder next to it and
 * renamed once they are complete. Closing it deletes what was not published.
 */
final class ParquetFolder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  private final EvaluationTag tag;
  private final FileContext files;
  private final Path folder;
  private final Path hidden;
  private final ResultsTarget.Existing existing;
  private boolean holdsBefore;

  private ParquetFolder(
      EvaluationTag tag, FileContext files, Path folder, ResultsTarget.Existing existing) {
    this.tag = tag;
    this.files = files;
    this.folder = folder;
    this.hidden = new Path(folder.getParent(), ".ostinato-" + UUID.randomUUID());
    this.existing = existing;
  }

  /**
   * Prepares the folder of an evaluation.
   *
   * @throws EvaluationException if the folder exists and must not be replaced, or its file system
   *     is not available
   */
  static ParquetFolder of(
      ResultsTarget.Parquet target, EvaluationTag tag, Configuration configuration) {
    try {
      Path path = new Path(target.folder(tag.iteration()));
      URI uri = path.toUri();
      FileContext files =
          uri.getScheme() == null
              ? FileContext.getFileContext(configuration)
              : FileContext.getFileContext(uri, configuration);
      ParquetFolder folder =
          new ParquetFolder(tag, files, files.makeQualified(path), target.existing());
      folder.checkFree();
      return folder;
    } catch (IOException | IllegalArgumentException e) {
      throw new UnwritableResultsException(tag, target.path(), reason(e), e);
    }
  }

  /** The path to write the files to. */
  String draft() {
    // With the folder's own name, because Spark warns about names that begin with a dot.
    return new Path(hidden, folder.getName()).toString();
  }

  /**
   * Moves the files to their final path.
   *
   * @throws EvaluationException if that fails; the previous contents are restored, or kept in the
   *     hidden folder if that fails too
   */
  void publish() {
    Path before = new Path(hidden, "before");
    try {
      checkFree();
      boolean replaces = exists();
      if (replaces) {
        files.rename(folder, before);
        holdsBefore = true;
      }
      try {
        files.rename(new Path(draft()), folder);
        holdsBefore = false;
      } catch (IOException e) {
        if (replaces) {
          files.rename(before, folder);
          holdsBefore = false;
        }
        throw e;
      }
    } catch (IOException e) {
      throw new UnwritableResultsException(tag, folder.toString(), reason(e), e);
    }
  }

  @Override
  public void close() {
    if (holdsBefore) {
      log.warn(
          "{}: the previous contents of '{}' could not be restored; they are in '{}'",
          tag,
          folder,
          hidden);
      return;
    }
    boolean interrupted = Thread.interrupted(); // file systems refuse to work for such threads
    try {
      files.delete(hidden, true);
    } catch (FileNotFoundException e) {
      return;
    } catch (IOException e) {
      log.warn(
          "{}: can't delete the temporary folder '{}'; delete it yourself: {}",
          tag,
          hidden,
          e + "");
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }

  private void checkFree() throws IOException {
    if (existing == ResultsTarget.Existing.KEPT && exists()) {
      throw EvaluationException.of(
          tag,
          "the output folder '%s' already exists; delete it, or pass another path to toParquet(path)"
              .formatted(folder));
    }
  }

  private static String reason(Exception e) {
    return e instanceof IOException io ? StorageException.reasonOf(io) : e.toString();
  }

  private boolean exists() throws IOException {
    return files.util().exists(folder);
  }
}
