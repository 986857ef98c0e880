package io.ostinato.callback;

import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.tracking.LogWriter;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;

/** What a callback sees of its training run, on the driver, on the thread that trains. */
public interface TrainingContext {

  DataContainer data();

  /** The weights at the present iteration, copied to the host once per update. */
  WeightSnapshot weights();

  /** A writer whose metrics go into the record of the present moment. */
  LogWriter writerFor(String callback);

  /** Where the files of this run are. */
  Path folder();

  /**
   * Evaluates the model at the present weights, and waits; the caller closes the results.
   *
   * @throws EvaluationException if the evaluation fails; the training is untouched
   */
  EvaluationResults evaluate(CallbackEvaluation evaluation);
}
