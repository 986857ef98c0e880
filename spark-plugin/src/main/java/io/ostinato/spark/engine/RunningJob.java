package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;

/** A submitted job. */
record RunningJob<T>(List<EvaluationTag> tags, JavaFutureAction<List<T>> action) {

  /**
   * Waits for the job and returns its result.
   *
   * @throws EvaluationException if the job failed, or if this thread was interrupted, which cancels
   *     the job
   */
  List<T> await() {
    try {
      return action.get();
    } catch (InterruptedException e) {
      action.cancel(true);
      throw Failures.interrupted(tags.get(0), e);
    } catch (ExecutionException e) {
      throw Failures.asEvaluationException(tags, e);
    }
  }
}
