package io.ostinato.evaluation;

import io.ostinato.schedule.TrainingIteration;
import java.io.Serializable;

/** Identifies an evaluation, in the names of jobs and in errors. */
public record EvaluationTag(String callback, TrainingIteration iteration, String datasetKey)
    implements Serializable {

  @Override
  public String toString() {
    return "callback '%s' at %s on dataset '%s'".formatted(callback, iteration, datasetKey);
  }
}
