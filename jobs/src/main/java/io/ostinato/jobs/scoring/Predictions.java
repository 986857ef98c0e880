package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.jobs.ErrorLine;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
          "can't write predictions to '%s': %s".formatted(path, ErrorLine.of(e)), e);
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
          "can't write predictions to '%s': %s".formatted(target, ErrorLine.of(e)), e);
    }
  }

  /** A failure that tells of the path that was given, and of none that nobody knows. */
  EvaluationException byName(EvaluationException failure) {
    String message = String.valueOf(failure.getMessage());
    return new EvaluationException(
        message.replaceAll(
            Pattern.quote(hidden.toString()) + "[^']*",
            Matcher.quoteReplacement(target.toString())),
        failure);
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
