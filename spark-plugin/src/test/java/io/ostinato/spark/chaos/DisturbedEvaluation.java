package io.ostinato.spark.chaos;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataSelection;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.SparkSession;

/**
 * An evaluation on executors that are killed, which is compared with the same one on the driver.
 *
 * @param number of the evaluation
 * @param weights of its parts
 */
record DisturbedEvaluation(
    int number, Kind kind, Rows rows, DataSelection selection, List<WeightSnapshot> weights) {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
  private static final ModelSource TORCH_SCRIPT = ModelSource.torchScript();

  /** What the evaluation gives on the driver. */
  List<Outcome> undisturbed() {
    List<Outcome> outcomes = new ArrayList<>();
    try (LocalEvaluationEngine engine = new LocalEvaluationEngine()) {
      for (EvaluationRequest request :
          requests(rows.here(), ResultsTarget.collected(), processor -> processor)) {
        try (var results = engine.evaluate(request, ProgressDisplay.silent())) {
          outcomes.add(Outcome.collected(results));
        }
      }
    }
    return outcomes;
  }

  /**
   * What the evaluation gives on executors.
   *
   * @param folder for files, if the executors write some
   * @param disturbance what is done to the first part
   */
  List<Outcome> on(
      SparkEvaluationEngine engine,
      SparkSession session,
      String folder,
      UnaryOperator<BatchProcessor> disturbance) {
    ResultsTarget target =
        kind == Kind.WRITTEN ? ResultsTarget.parquet(folder) : ResultsTarget.collected();
    List<EvaluationRequest> requests = requests(rows.there(), target, disturbance);
    if (kind == Kind.SHARED_PASS) {
      return engine.evaluateTogether(requests, ProgressDisplay.silent()).stream()
          .map(results -> Outcome.of(results, session))
          .toList();
    }
    List<CompletableFuture<Outcome>> all = new ArrayList<>();
    for (EvaluationRequest request : requests) {
      all.add(
          CompletableFuture.supplyAsync(
              () -> Outcome.of(engine.evaluate(request, ProgressDisplay.silent()), session),
              task -> new Thread(task, "evaluation " + number).start()));
    }
    return all.stream().map(CompletableFuture::join).toList();
  }

  private List<EvaluationRequest> requests(
      EvaluationData data, ResultsTarget target, UnaryOperator<BatchProcessor> disturbance) {
    List<EvaluationRequest> requests = new ArrayList<>();
    for (Kind.Part part : kind.parts()) {
      int i = requests.size();
      requests.add(
          new EvaluationRequest(
              new EvaluationTag("chaos", new TrainingIteration(0, number, number), "generated"),
              data,
              rows.batchSize(),
              kind == Kind.MODULE ? TORCH_SCRIPT : CLASSIFIER,
              weights.get(i % weights.size()),
              i == 0 ? disturbance.apply(part.processor()) : part.processor(),
              part.metrics(),
              target,
              selection));
    }
    return requests;
  }
}
