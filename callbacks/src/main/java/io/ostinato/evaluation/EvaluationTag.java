package io.ostinato.evaluation;

import io.ostinato.schedule.TrainingIteration;
import java.io.Serializable;

/** Which evaluation this is: it names jobs, and errors. */
public record EvaluationTag(String callback, TrainingIteration iteration, String datasetKey)
    implements Serializable {

  @Override
  public String toString() {
    return "callback '%s' at %s on dataset '%s'".formatted(callback, iteration, datasetKey);
  }
}
