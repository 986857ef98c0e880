package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.UnwritableResultsException;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Runs a pass whose results the executors write as Parquet. The results are written to a temporary
 * folder, which is renamed once it is verified to contain every row exactly once.
 */
record ParquetResults(
    SparkSession session, ResultsTarget.Parquet target, JobGroup jobs, EngineReports reports) {
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /**
   * Runs the pass, which has one evaluation; its results name the folder.
   *
   * @throws EvaluationException if the folder exists and must not be replaced, a task fails
   *     permanently, or a result can't be a column; no files are left behind
   */
  EvaluationResults run(EvaluationPass pass, ProgressDisplay display) {
    Written written = write(pass, display);
    pass.watch().ran(written.seen().times());
    reports.modelRan(pass.tag(), pass.model(), written.seen().residents());
    EvaluationTimings timings = pass.watch().collected();
    reports.passEnded(pass, timings, written.stored().certificate().attempts());
    long rows = written.stored().certificate().rowsEvaluated();
    return EvaluationResults.written(
            written.folder(),
            written.stored().certificate(),
            timings,
            ended -> reports.evaluationEnded(pass, pass.tag(), rows, ended))
        .skipping(written.stored().skipped());
  }

  /**
   * A completed write.
   *
   * @param seen timings and models that the tasks reported along with the rows
   */
  private record Written(String folder, ResultFrame.Stored stored, TaskNotes.Seen seen) {}

  private Written write(EvaluationPass pass, ProgressDisplay display) {
    int farewells = ProcessRegistry.ofThisProcess().farewells().count();
    ResultFrame frame = new ResultFrame(session, pass);
    ResultFrame.Stored stored;
    try (ParquetFolder folder =
        ParquetFolder.of(target, pass.tag(), session.sparkContext().hadoopConfiguration())) {
      try {
        stored = frame.store(rows -> written(rows, folder), display);
      } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
        throw ProcessRegistry.ofThisProcess()
            .farewells()
            .explained(failed(pass, folder, e), farewells);
      }
      folder.publish();
      return new Written(folder.toString(), stored, frame.seen());
    }
  }

  private Dataset<Row> written(Dataset<Row> rows, ParquetFolder folder) {
    rows.write().parquet(folder.draft());
    return session.read().parquet(folder.draft());
  }

  /** Converts a failure, once no task of the job writes any more. */
  private EvaluationException failed(EvaluationPass pass, ParquetFolder folder, Exception e) {
    jobs.end(LONGEST_WAIT);
    if (Failures.unwrapped(e) instanceof IOException io) {
      return new UnwritableResultsException(
          pass.tag(), folder.toString(), StorageException.reasonOf(io), e);
    }
    return Failures.caught(pass.tag(), e);
  }
}
