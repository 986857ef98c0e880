package io.ostinato.training;

import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.tracking.EvaluationRecord;
import io.ostinato.tracking.PendingEvaluations;
import java.util.List;
import java.util.Map;

/**
 * Records the evaluations of an engine. Evaluations that fail together are not recorded, since each
 * is then requested on its own.
 */
record RecordedEngine(EvaluationEngine engine, PendingEvaluations log) implements EvaluationEngine {

  @Override
  public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
    try {
      EvaluationResults results = engine.evaluate(request, progress);
      evaluated(request, results);
      return results;
    } catch (RuntimeException | Error e) {
      log.add(EvaluationRecord.failed(request.tag(), e));
      throw e;
    }
  }

  @Override
  public List<EvaluationResults> evaluateTogether(
      List<EvaluationRequest> requests, ProgressDisplay progress) {
    List<EvaluationResults> results = engine.evaluateTogether(requests, progress);
    for (int i = 0; i < results.size(); i++) {
      evaluated(requests.get(i), results.get(i));
    }
    return results;
  }

  /** The time of processing the results is known when the record is written. */
  private void evaluated(EvaluationRequest request, EvaluationResults results) {
    log.add(() -> EvaluationRecord.of(request.tag(), results));
  }

  @Override
  public void check(String datasetKey, EvaluationData data) {
    engine.check(datasetKey, data);
  }

  @Override
  public void check(ResultsTarget target) {
    engine.check(target);
  }

  @Override
  public Map<String, String> versions() {
    return engine.versions();
  }

  @Override
  public void close() {
    engine.close();
  }
}
