package io.ostinato.jobs.watch;

import java.nio.file.Path;
import java.util.Map;

/** Evaluates one model after the other on one dataset. */
interface ModelEvaluation {

  /** What an evaluation gave. */
  record Report(Map<String, Double> metrics, long rows, double seconds) {}

  /**
   * Evaluates a model.
   *
   * @throws RuntimeException if it can't be evaluated
   */
  Report evaluate(Path model);

  /** Whether another model can be evaluated; false once Spark has gone. */
  boolean isUsable();
}
