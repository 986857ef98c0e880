package io.ostinato.jobs.watch;

import java.nio.file.Path;
import java.util.Map;

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

  /** Whether this is about the model alone; not if Spark has gone, or a disk is full. */
  boolean isOfTheModel(RuntimeException failure);
}
