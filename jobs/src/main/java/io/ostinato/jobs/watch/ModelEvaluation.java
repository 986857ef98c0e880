package io.ostinato.jobs.watch;

import io.ostinato.tracking.EvaluationRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Evaluates models on one dataset, one after the other. */
interface ModelEvaluation {

  /**
   * The result of an evaluation.
   *
   * @param rows the number of rows evaluated
   * @param skippedRows the number of rows left out because they can't be read or processed
   * @param evaluations the records of the evaluations behind it
   */
  record Report(
      Map<String, Double> metrics,
      long rows,
      long skippedRows,
      double seconds,
      List<EvaluationRecord> evaluations) {}

  /** The name of the dataset. */
  String dataset();

  /**
   * Reads the dataset unless it has already been read.
   *
   * @throws RuntimeException if it can't be read, so that no model can be evaluated
   */
  void prepare();

  /**
   * Evaluates a model.
   *
   * @throws RuntimeException if it can't be evaluated
   * @throws Error if it can't be evaluated, for example for lack of memory
   */
  Report evaluate(Path model);

  /** The problem with one model, in one line that doesn't name it. */
  String problemOf(Throwable failure);

  /**
   * Whether a failure that isn't {@link #beyondTheModel} may be due to data that couldn't be read
   * for a moment, so that the model deserves another attempt.
   */
  boolean mayBeOfTheData(Throwable failure);

  /**
   * The cause of a failure that affects all models and not just this one: Spark has stopped, a disk
   * is full, or the data can no longer be read. Empty if the model itself is the cause.
   */
  Optional<RuntimeException> beyondTheModel(Throwable failure);
}
