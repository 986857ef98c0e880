package io.ostinato.jobs.bench;

import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.progress.ProgressDisplay;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measures the evaluations of an engine, which its owner closes. Thread-safe. */
final class TimedEngine implements EvaluationEngine {
  private final EvaluationEngine engine;
  private final List<Double> seconds = Collections.synchronizedList(new ArrayList<>());

  TimedEngine(EvaluationEngine engine) {
    this.engine = engine;
  }

  /** The median of the evaluations so far, in seconds. */
  double medianSeconds() {
    return Rounds.median(List.copyOf(seconds));
  }

  @Override
  public EvaluationResults evaluate(EvaluationRequest request, ProgressDisplay progress) {
    long start = System.nanoTime();
    EvaluationResults results = engine.evaluate(request, progress);
    seconds.add((System.nanoTime() - start) / 1e9);
    return results;
  }

  @Override
  public void check(String datasetKey, EvaluationData data) {
    engine.check(datasetKey, data);
  }

  @Override
  public void check(ResultsTarget target) {
    engine.check(target);
  }
}
