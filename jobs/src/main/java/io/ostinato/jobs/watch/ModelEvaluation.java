package io.ostinato.jobs.watch;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Evaluates one model after the other on one dataset. */
interface ModelEvaluation {

  /** What an evaluation gave. */
  record Report(Map<String, Double> metrics, long rows, double seconds) {}

  /**
   * Reads what models are evaluated on, where that is still to be done.
   *
   * @throws RuntimeException if it can't be read, so that no model can be evaluated
   */
  void prepare();

  /**
   * Evaluates a model.
   *
   * @throws RuntimeException if it can't be evaluated
   */
  Report evaluate(Path model);

  /** What went wrong with one model, in one line that doesn't name it. */
  String problemOf(RuntimeException failure);

  /**
   * What keeps every model from being evaluated, if a failure comes of that and not of the model
   * alone: Spark has gone, a disk is full, the data can't be read any more.
   */
  Optional<RuntimeException> beyondTheModel(RuntimeException failure);
}
