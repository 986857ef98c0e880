package io.ostinato.jobs.scoring;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.ComparedOutputs;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationRetries;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.modelfile.ModelFiles.ModelFile;
import io.ostinato.metric.Metric;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.EvaluatedRows;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import java.util.List;

/** The passes of models over one dataset. Failures name the model. */
record ModelPasses(
    EvaluationSpec spec,
    SparkDataset data,
    SparkEvaluationEngine engine,
    ProgressDisplay progress) {

  /**
   * Computes the metrics.
   *
   * @param written the predictions that are written in a second pass, if any
   */
  EvaluationResults measure(String name, ModelFile model, List<PredictionColumns> written) {
    BatchProcessor processor =
        new ForwardRows.ToCompare(
            spec.modelInputs(), ComparedOutputs.of(spec.output(), spec.metrics()), written);
    EvaluationRequest request =
        request(name, model, processor, spec.metrics(), ResultsTarget.collected());
    try {
      return EvaluationRetries.run(
          request.tag(), spec.policy().onFailure(), () -> engine.evaluate(request, progress));
    } catch (EvaluationException e) {
      throw failed(name, ErrorLine.of(e.problem()), e);
    }
  }

  /** Writes the rows of the predictions as Parquet. */
  EvaluationResults write(
      String name, ModelFile model, PredictionColumns written, Predictions predictions) {
    EvaluationRequest request =
        request(
            name,
            model,
            new ForwardRows.ToKeep(spec.modelInputs(), written),
            List.of(),
            ResultsTarget.parquet(predictions.unsorted()));
    try {
      return EvaluationRetries.run(
          request.tag(), spec.policy().onFailure(), () -> engine.evaluate(request, progress));
    } catch (EvaluationException e) {
      throw failed(name, ErrorLine.of(predictions.problemOf(e)), e);
    }
  }

  /** Keeps the rows of the predictions on the executors. */
  EvaluatedRows keep(String name, ModelFile model, PredictionColumns kept) {
    EvaluationRequest request =
        request(
            name,
            model,
            new ForwardRows.ToKeep(spec.modelInputs(), kept),
            List.of(),
            ResultsTarget.collected());
    try {
      return EvaluationRetries.run(
          request.tag(), spec.policy().onFailure(), () -> engine.evaluateToRows(request, progress));
    } catch (EvaluationException e) {
      throw failed(name, ErrorLine.of(e.problem()), e);
    }
  }

  /** Checks columns before the dataset is read, if the model declares its outputs. */
  static void check(String name, PredictionColumns written, List<String> outputs) {
    try {
      written.check(outputs);
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(name, String.valueOf(e.getMessage()), e);
    }
  }

  EvaluationTag tag(String name) {
    return new EvaluationTag(nameOf(name), CheckpointEvaluator.iterationOf(name), spec.dataset());
  }

  /** The name of a file or folder without those that it is in. */
  static String nameOf(String file) {
    String name = file.replaceAll("/+$", "");
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private EvaluationRequest request(
      String name,
      ModelFile model,
      BatchProcessor processor,
      List<Metric<?>> metrics,
      ResultsTarget target) {
    return new EvaluationRequest(
            tag(name),
            data,
            spec.batchSize(),
            model.source(),
            model.weights(),
            processor,
            metrics,
            target)
        .withPolicy(spec.policy());
  }

  private EvaluationException failed(String name, String problem, EvaluationException cause) {
    return new EvaluationException(
        tag(name), "can't evaluate '%s': %s".formatted(name, problem), problem, cause);
  }
}
