package io.ostinato.jobs.watch;

import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.evaluation.CheckpointEvaluator;
import io.ostinato.jobs.evaluation.EvaluationReport;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Evaluations as Spark jobs; metrics are named as in every run, {@code accuracy/test}. */
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
    return new Report(metrics, report.rows(), report.seconds());
  }

  @Override
  public boolean isOfTheModel(RuntimeException failure) {
    return !session.sparkContext().isStopped() && !ErrorLine.isOfAFullDisk(failure);
  }
}
