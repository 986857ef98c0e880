package io.ostinato.jobs.watch;

import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.storage.FileTrouble;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Evaluates models as Spark jobs; metrics have the keys of all runs, such as {@code accuracy/test}.
 */
record SparkModelEvaluation(SparkSession session, CheckpointEvaluator evaluator, String dataset)
    implements ModelEvaluation {

  @Override
  public void prepare() {
    evaluator.prepare();
  }

  @Override
  public Report evaluate(Path model) {
    EvaluationReport report = evaluator.evaluate("file:" + model.toAbsolutePath());
    Map<String, Double> metrics = new LinkedHashMap<>();
    report.metrics().forEach((name, value) -> metrics.put(name + "/" + dataset, value));
    return new Report(
        metrics, report.rows(), report.skipped().count(), report.seconds(), report.evaluations());
  }

  @Override
  public String problemOf(Throwable failure) {
    if (failure instanceof ModelException refused) {
      return ErrorLine.of(refused, refused.problem());
    }
    return failure instanceof EvaluationException failed
        ? ErrorLine.of(failed, failed.problem())
        : ErrorLine.of(failure);
  }

  /**
   * Only a file that isn't a model, errors of the Java machine, and a missed deadline are surely
   * not of the data. Evaluations whose policy has retries were repeated already.
   */
  @Override
  public boolean mayBeOfTheData(Throwable failure) {
    return !evaluator.repeatsFailures()
        && !(failure instanceof ModelException)
        && Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
            .noneMatch(
                each ->
                    each instanceof Error
                        || each instanceof TaskErrorException
                        || each instanceof DeadlineExceededException);
  }

  @Override
  public Optional<RuntimeException> beyondTheModel(Throwable failure) {
    if (session.sparkContext().isStopped() || FileTrouble.FULL_DISK.isCauseOf(failure)) {
      return Optional.of(
          failure instanceof RuntimeException thrown
              ? thrown
              : new IllegalStateException(ErrorLine.withoutRemedy(failure), failure));
    }
    if (isOfChangedData(failure)) {
      return Optional.of(evaluator.unreadable(failure));
    }
    if (failure instanceof ModelException) {
      return Optional.empty(); // only its file was read
    }
    if (failure.getCause() instanceof DeadlineExceededException) {
      return Optional.empty(); // reading the dataset again has no deadline
    }
    try {
      evaluator.reread();
      return Optional.empty();
    } catch (DataException e) {
      e.addSuppressed(failure);
      return Optional.of(e);
    }
  }

  private static boolean isOfChangedData(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(DataChangedException.class::isInstance);
  }
}
