package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaFutureAction;

/** A job that is waited for. */
record RunningJob<T>(List<EvaluationTag> tags, JavaFutureAction<List<T>> action) {

  /**
   * Its result.
   *
   * @throws EvaluationException if it failed or this thread was interrupted; the job is cancelled
   *     then
   */
  List<T> await() {
    try {
      return action.get();
    } catch (InterruptedException e) {
      action.cancel(true);
      Thread.currentThread().interrupt();
      throw EvaluationException.of(tags.get(0), "it was interrupted", e);
    } catch (ExecutionException e) {
      throw Failures.asEvaluationException(tags, e);
    }
  }
}
