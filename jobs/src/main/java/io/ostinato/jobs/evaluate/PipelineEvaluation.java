package io.ostinato.jobs.evaluate;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationRetries;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.jobs.scoring.StageSpec;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.ml.SavedStage;
import io.ostinato.spark.ml.StageEvaluator;
import io.ostinato.tracking.EvaluationRecord;
import java.util.List;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Evaluates a saved stage of Spark ML, such as a pipeline with a predictor of DJL's extension. */
final class PipelineEvaluation {
  private final SparkSession session;
  private final StageSpec spec;

  PipelineEvaluation(SparkSession session, StageSpec spec) {
    this.session = session;
    this.spec = spec;
  }

  /**
   * Evaluates the stage that was saved in a folder.
   *
   * @throws DataException if the data can't be read
   * @throws ModelException if the folder has no saved stage, or it refuses the data
   * @throws EvaluationException if the evaluation fails
   */
  EvaluationReport evaluate(String folder) {
    long start = System.nanoTime();
    Dataset<Row> rows = spec.data().rows(session);
    EvaluationTag tag = new EvaluationTag(nameOf(folder), TrainingIteration.START, spec.dataset());
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
        EvaluationResults results = evaluate(folder, tag, engine, rows)) {
      return new EvaluationReport(
          folder,
          results.rows(),
          results.skipped(),
          results.metrics(),
          (System.nanoTime() - start) / 1e9,
          List.of(EvaluationRecord.of(tag, results)));
    }
  }

  private EvaluationResults evaluate(
      String folder, EvaluationTag tag, SparkEvaluationEngine engine, Dataset<Row> rows) {
    StageEvaluator evaluator =
        new StageEvaluator(engine, spec.columns(), spec.metrics(), spec.batchSize(), spec.policy());
    Dataset<Row> transformed = transformed(folder, rows);
    try {
      return EvaluationRetries.run(
          tag,
          spec.policy().onFailure(),
          () -> evaluator.evaluate(tag, transformed, ProgressDisplay.console()));
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(folder, String.valueOf(e.getMessage()), e);
    } catch (EvaluationException e) {
      throw ModelException.refused(folder, ErrorLine.of(e.problem()), e);
    }
  }

  private Dataset<Row> transformed(String folder, Dataset<Row> rows) {
    try {
      Transformer stage = SavedStage.load(session, folder);
      return stage.transform(rows);
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      String why =
          e instanceof IllegalArgumentException
              ? String.valueOf(e.getMessage())
              : ErrorLine.withoutRemedy(e);
      throw ModelException.refused(folder, why, e);
    }
  }

  private static String nameOf(String folder) {
    String trimmed = folder.replaceAll("/+$", "");
    return trimmed.substring(trimmed.lastIndexOf('/') + 1);
  }
}
