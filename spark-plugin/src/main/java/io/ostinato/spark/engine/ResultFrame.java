package io.ostinato.spark.engine;

import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.PreparedDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The row results of a pass as a frame: the column {@code row}, the index in the dataset, and a
 * column for each result. The pass runs once, when the frame is stored.
 */
final class ResultFrame {
  private final SparkSession session;
  private final EvaluationPass pass;
  private final RowsRun run;
  private final TaskNotes notes = new TaskNotes();

  /**
   * A stored frame.
   *
   * @param rows the stored rows
   * @param certificate states that they are complete
   */
  record Stored(Dataset<Row> rows, Certificate certificate, SkippedRows skipped) {}

  ResultFrame(SparkSession session, EvaluationPass pass) {
    this.session = session;
    this.pass = pass;
    this.run = RowsRun.registered(session.sparkContext());
  }

  /**
   * Runs the pass, and checks that every row was stored exactly once.
   *
   * @param storing stores all rows of the frame and returns those that it has stored
   * @throws Exception if a task fails permanently, a result can't be a column, or rows are missing
   */
  Stored store(UnaryOperator<Dataset<Row>> storing, ProgressDisplay display) throws Exception {
    PreparedDataset dataset = pass.dataset();
    PartitionTask task = pass.task();
    Dataset<Row> rows =
        session.createDataFrame(
            dataset
                .batches()
                .mapPartitions(
                    new ResultRows(task.content(), task.weights(), task.done(), run), true),
            schema(new ResultRows.Probe(task.content(), task.weights())));
    Dataset<Row> stored =
        ShownRows.of(pass.tags(), task, dataset.rows())
            .during(() -> storing.apply(notes.observe(rows)), display);
    Certificate certificate = pass.certify(pass.first(), run.coverage(), run.attempts());
    SkippedRows skipped = run.skipped();
    pass.first().policy().badRows().check(pass.tag(), skipped);
    skipped.report(pass.tag(), pass.rows());
    checkRows(stored, pass.rows() - skipped.count());
    return new Stored(stored, certificate, skipped);
  }

  /** The timings and models that the tasks have reported along with the rows. */
  TaskNotes.Seen seen() {
    return notes.seen();
  }

  private StructType schema(ResultRows.Probe probe) {
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

  private void checkRows(Dataset<Row> stored, long rows) {
    Row found =
        stored.selectExpr("count(1)", "count(distinct row)", "min(row)", "max(row)").first();
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
