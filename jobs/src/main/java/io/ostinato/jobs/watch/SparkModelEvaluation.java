package io.ostinato.jobs.watch;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.data.DataException;
import io.ostinato.jobs.modelfile.ModelException;
import io.ostinato.jobs.scoring.CheckpointEvaluator;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.storage.FileTrouble;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * Evaluates models as Spark jobs; metrics have the keys of all runs, such as {@code accuracy/test}.
 */
record SparkModelEvaluation(SparkSession session, CheckpointEvaluator evaluator, String dataset)
    implements ModelEvaluation {

  @Override
  public void prepare() {
    evaluator.prepare();
  }

  @Override
  public Report evaluate(Path model) {
    EvaluationReport report = evaluator.evaluate("file:" + model.toAbsolutePath());
    Map<String, Double> metrics = new LinkedHashMap<>();
    report.metrics().forEach((name, value) -> metrics.put(name + "/" + dataset, value));
    return new Report(metrics, report.rows(), report.skipped().count(), report.seconds());
  }

  @Override
  public String problemOf(RuntimeException failure) {
    if (failure instanceof ModelException refused) {
      return ErrorLine.of(refused, refused.problem());
    }
    return failure instanceof EvaluationException failed
        ? ErrorLine.of(failed, failed.problem())
        : ErrorLine.of(failure);
  }

  @Override
  public Optional<RuntimeException> beyondTheModel(RuntimeException failure) {
    if (session.sparkContext().isStopped() || FileTrouble.FULL_DISK.isCauseOf(failure)) {
      return Optional.of(failure);
    }
    if (failure instanceof ModelException) {
      return Optional.empty(); // only its file was read
    }
    try {
      evaluator.reread();
      return Optional.empty();
    } catch (DataException e) {
      e.addSuppressed(failure);
      return Optional.of(e);
    }
  }
}
