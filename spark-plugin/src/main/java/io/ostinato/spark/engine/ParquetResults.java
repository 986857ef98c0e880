package io.ostinato.spark.engine;

import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.evaluation.UnwritableResultsException;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

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
    reports.passEnded(timings);
    long rows = written.certificate().rowsEvaluated();
    return EvaluationResults.written(
            written.folder(),
            written.certificate(),
            timings,
            ended -> reports.evaluationEnded(pass.tag(), rows, ended))
        .skipping(written.skipped());
  }

  /**
   * A completed write.
   *
   * @param seen timings and models that the tasks reported along with the rows
   */
  private record Written(
      String folder, Certificate certificate, SkippedRows skipped, TaskNotes.Seen seen) {}

  private Written write(EvaluationPass pass, ProgressDisplay display) {
    PreparedDataset dataset = pass.dataset();
    PartitionTask task = pass.task();
    RowsRun run = RowsRun.registered(session.sparkContext());
    int farewells = ResidentModels.ofThisProcess().farewells().count();
    Certificate certificate;
    SkippedRows skipped;
    try (ParquetFolder folder =
        ParquetFolder.of(target, pass.tag(), session.sparkContext().hadoopConfiguration())) {
      TaskNotes notes = new TaskNotes();
      try {
        Dataset<Row> rows =
            session.createDataFrame(
                dataset
                    .batches()
                    .mapPartitions(
                        new ResultRows(task.content(), task.weights(), task.done(), run), true),
                schema(pass, new ResultRows.Probe(task.content(), task.weights())));
        new ShownRows(task.done(), dataset.rows())
            .during(() -> written(notes.observe(rows), folder), pass.tag(), display);
        certificate = pass.certify(pass.first(), run.coverage(), run.attempts());
        skipped = run.skipped();
        pass.first().policy().badRows().check(pass.tag(), skipped);
        skipped.report(pass.tag(), pass.rows());
        checkRows(pass, folder.draft(), pass.rows() - skipped.count());
      } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
        throw ResidentModels.ofThisProcess()
            .farewells()
            .explained(failed(pass, folder, e), farewells);
      }
      folder.publish();
      return new Written(folder.toString(), certificate, skipped, notes.seen());
    }
  }

  private static boolean written(Dataset<Row> rows, ParquetFolder folder) {
    rows.write().parquet(folder.draft());
    return true;
  }

  /** Converts a failure, once no task of the job writes any more. */
  private EvaluationException failed(EvaluationPass pass, ParquetFolder folder, Exception e) {
    jobs.end(LONGEST_WAIT);
    if (e instanceof InterruptedException interrupted) {
      return Failures.interrupted(pass.tag(), interrupted);
    }
    if (Failures.unwrapped(e) instanceof IOException io) {
      return new UnwritableResultsException(
          pass.tag(), folder.toString(), StorageException.reasonOf(io), e);
    }
    return e instanceof EvaluationException failure
        ? failure
        : Failures.asEvaluationException(pass.tag(), e);
  }

  private StructType schema(EvaluationPass pass, ResultRows.Probe probe) {
    List<byte[]> first = pass.dataset().batches().mapPartitions(probe, true).take(1);
    if (first.isEmpty() && pass.rows() > 0) {
      throw EvaluationException.of(
          pass.tag(), "all %s rows were skipped, so there is no result".formatted(pass.rows()));
    } else if (first.isEmpty()) {
      throw EvaluationException.of(
          pass.tag(), "the dataset is empty; an evaluation needs at least one row");
    }
    List<StructField> fields = new ArrayList<>();
    fields.add(DataTypes.createStructField(ResultColumn.ROW, DataTypes.LongType, false));
    PartitionOutcome outcome = OutcomeCodec.decode(first.get(0));
    ResultColumn.of(outcome.parts().get(0).outputs().get(0))
        .forEach(column -> fields.add(column.field()));
    fields.addAll(TaskNotes.FIELDS);
    return DataTypes.createStructType(fields);
  }

  private void checkRows(EvaluationPass pass, String written, long rows) {
    Row found =
        session
            .read()
            .parquet(written)
            .selectExpr("count(1)", "count(distinct row)", "min(row)", "max(row)")
            .first();
    Row expected = RowFactory.create(rows, rows, 0L, pass.rows() - 1);
    boolean isComplete =
        rows == pass.rows()
            ? found.equals(expected)
            : found.getLong(0) == rows
                && found.getLong(1) == rows
                && found.getLong(2) >= 0
                && found.getLong(3) < pass.rows();
    if (!isComplete) {
      throw EvaluationException.of(
          pass.tag(),
          "count, distinct count, first and last index of the written rows are %s instead"
                  .formatted(found)
              + " of "
              + expected);
    }
  }
}
