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
 * The Parquet that predictions are written to. It is made in a hidden folder beside it, and has its
 * name only once it is complete. Closing it removes that folder.
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
   * Predictions at a path.
   *
   * @throws EvaluationException if something is there, or its file system can't be had
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
            "'%s' is there already; remove it, or write the predictions elsewhere".formatted(path));
      }
      return new Predictions(session, files, target);
    } catch (IOException | IllegalArgumentException e) {
      throw new EvaluationException(
          "can't write predictions to '%s': %s".formatted(path, ErrorLine.withoutRemedy(e)), e);
    }
  }

  /** Where the executors may write them first, in any order. */
  String unsorted() {
    return new Path(hidden, "unsorted").toString();
  }

  /** Puts what was written there into the order of the dataset, under its name. */
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

  /** What went wrong with an evaluation that wrote here, at the path that was given. */
  String problemOf(EvaluationException failure) {
    return failure instanceof UnwritableResultsException unwritable
        ? "can't write predictions to '%s': %s".formatted(target, ofTarget(unwritable.reason()))
        : failure.problem();
  }

  /** Nobody knows the hidden folder; what a file system says may name it. */
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
      log.warn("the folder '{}' stays behind, and can be removed: {}", hidden, e.toString());
    }
  }
}
