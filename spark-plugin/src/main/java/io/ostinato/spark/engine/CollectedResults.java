package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.Collation;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.FiniteResults;
import io.ostinato.evaluation.NonFinite;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.List;

/** Runs a pass whose results (rows or metric states) are collected on the driver. */
record CollectedResults(OstinatoSettings settings, EngineReports reports) {

  /**
   * Runs the pass and returns the results of each of its evaluations.
   *
   * @throws EvaluationException if a task fails permanently, rows are missing or duplicated, the
   *     results are too large for the driver, or the wrong weights were evaluated
   */
  List<EvaluationResults> run(EvaluationPass pass, ProgressDisplay display) {
    EvaluationJob job = new EvaluationJob(pass.tags(), pass.dataset());
    boolean tree =
        job.tasks() >= settings.evaluations().treeTasks()
            && pass.requests().stream().noneMatch(request -> request.metrics().isEmpty());
    PartitionOutcome outcome =
        tree ? job.runAsTree(pass.task(), display) : job.run(pass.task(), display);
    pass.watch().ran(outcome.times());
    reports.modelRan(pass.tag(), pass.model(), outcome.residents());
    checkWeights(pass, outcome);
    List<EvaluationResults> results = new ArrayList<>();
    try {
      for (int i = 0; i < pass.requests().size(); i++) {
        results.add(results(pass, i, outcome));
      }
      reports.passEnded(pass, pass.watch().collected(), outcome.attempts());
    } catch (RuntimeException | Error e) {
      results.forEach(EvaluationResults::discard);
      throw e;
    }
    return results;
  }

  private static void checkWeights(EvaluationPass pass, PartitionOutcome outcome) {
    if (!outcome.manifests().equals(List.of(pass.manifest())) && pass.rows() > 0) {
      throw EvaluationException.of(
          pass.tag(),
          "the executors evaluated the weights %s instead of %s"
              .formatted(outcome.manifests(), pass.manifest()));
    }
  }

  private EvaluationResults results(EvaluationPass pass, int position, PartitionOutcome outcome) {
    EvaluationRequest request = pass.requests().get(position);
    PartOutcome part = outcome.parts().get(position);
    Certificate certificate = pass.certify(request, part.coverage(), outcome.attempts());
    List<BatchOutput> batches = part.inOrder(request.tag(), pass.rows());
    EvaluationWork.of(request, pass.rows(), settings.evaluations().resultsLimit())
        .checkSize(OutcomeCodec.sizeBytes(batches));
    SkippedRows skipped = part.skipped();
    request.policy().badRows().check(request.tag(), skipped);
    skipped.report(request.tag(), pass.rows());
    NonFinite nonFinite = request.policy().nonFinite();
    List<HostArray> collated =
        request.metrics().isEmpty() ? Collation.collate(request.tag(), batches) : List.of();
    FiniteResults.check(request.tag(), nonFinite, collated, 0, certificate.rowsEvaluated());
    EvaluationResults results =
        EvaluationResults.of(
                collated,
                part.states(),
                certificate,
                pass.watch()::collected,
                timings ->
                    reports.evaluationEnded(
                        pass, request.tag(), certificate.rowsEvaluated(), timings))
            .skipping(skipped);
    return FiniteResults.checked(request.tag(), nonFinite, results);
  }
}
