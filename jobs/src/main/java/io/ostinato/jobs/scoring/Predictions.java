package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.UnwritableResultsException;
import io.ostinato.jobs.ErrorLine;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Parquet output of predictions. It is written to a hidden folder next to the target and
 * renamed once it is complete. Closing this removes the hidden folder.
 */
final class Predictions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CheckpointEvaluator.class);

  private final SparkSession session;
  private final FileContext files;
  private final Path target;
  private final Path hidden;

  private Predictions(SparkSession session, FileContext files, Path target) {
    this.session = session;
    this.files = files;
    this.target = target;
    this.hidden = new Path(target.getParent(), ".ostinato-" + UUID.randomUUID());
  }

  /**
   * Prepares to write predictions to a path.
   *
   * @throws EvaluationException if the path exists or its file system is not available
   */
  static Predictions to(String path, SparkSession session) {
    try {
      Path given = new Path(path);
      var configuration = session.sparkContext().hadoopConfiguration();
      FileContext files =
          given.toUri().getScheme() == null
              ? FileContext.getFileContext(configuration)
              : FileContext.getFileContext(given.toUri(), configuration);
      Path target = files.makeQualified(given);
      if (files.util().exists(target)) {
        throw new EvaluationException(
            "'%s' already exists; remove it, or write the predictions elsewhere".formatted(path));
      }
      return new Predictions(session, files, target);
    } catch (IOException | IllegalArgumentException e) {
      throw new EvaluationException(
          "can't write predictions to '%s': %s".formatted(path, ErrorLine.withoutRemedy(e)), e);
    }
  }

  /** The path to which executors write the predictions first, in any order. */
  String unsorted() {
    return new Path(hidden, "unsorted").toString();
  }

  /**
   * Sorts what the executors have written into the order of the dataset and moves it to the target.
   */
  void publish(String unsorted) {
    Path sorted = new Path(new Path(hidden, "sorted"), target.getName());
    try {
      session.read().parquet(unsorted).orderBy("row").write().parquet(sorted.toString());
      files.rename(sorted, target);
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw new EvaluationException(
          "can't write predictions to '%s': %s".formatted(target, ErrorLine.withoutRemedy(e)), e);
    }
  }

  /** The problem of a failed evaluation that wrote here, in terms of the target path. */
  String problemOf(EvaluationException failure) {
    return failure instanceof UnwritableResultsException unwritable
        ? "can't write predictions to '%s': %s".formatted(target, ofTarget(unwritable.reason()))
        : failure.problem();
  }

  /** Replaces the hidden folder, which users don't know, in a message of a file system. */
  private String ofTarget(String reason) {
    return reason.replace(hidden.toString(), target.toString());
  }

  @Override
  public void close() {
    try {
      files.delete(hidden, true);
    } catch (FileNotFoundException e) {
      return;
    } catch (IOException e) {
      log.warn(
          "can't remove the temporary folder '{}'; remove it manually: {}", hidden, e.toString());
    }
  }
}
