package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.resident.ProcessRegistry;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;

/** Runs a pass whose row results the executors keep. */
record KeptResults(SparkSession session, EngineReports reports) {

  /**
   * Runs the pass, which has one evaluation.
   *
   * @throws EvaluationException if a task fails permanently, or a result can't be a column
   */
  EvaluatedRows run(EvaluationPass pass, ProgressDisplay display) {
    int farewells = ProcessRegistry.ofThisProcess().farewells().count();
    ResultFrame frame = new ResultFrame(session, pass);
    ResultFrame.Stored stored;
    try {
      stored = frame.store(Dataset::localCheckpoint, display);
    } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
      throw ProcessRegistry.ofThisProcess()
          .farewells()
          .explained(Failures.caught(pass.tag(), e), farewells);
    }
    TaskNotes.Seen seen = frame.seen();
    pass.watch().ran(seen.times());
    reports.modelRan(pass.tag(), pass.model(), seen.residents());
    var timings = pass.watch().collected();
    reports.passEnded(pass, timings, stored.certificate().attempts());
    reports.evaluationEnded(pass, pass.tag(), stored.certificate().rowsEvaluated(), timings);
    return new EvaluatedRows(stored.rows(), stored.certificate(), stored.skipped());
  }
}
