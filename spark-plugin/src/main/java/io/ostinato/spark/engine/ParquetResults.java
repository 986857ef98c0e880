package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.spark.data.PreparedDataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Lets the executors write the results of an evaluation as Parquet. They go to a folder of another
 * name, which takes its own when every row was found in it exactly once.
 */
record ParquetResults(
    SparkSession session, EvaluationRequest request, ResultsTarget.Parquet target) {

  /**
   * Evaluates and writes; gives the folder.
   *
   * @throws EvaluationException if the folder is there already and is to be kept, a task fails for
   *     good, or a result can't be a column; nothing is left behind then
   */
  String write(PreparedDataset dataset, byte[] content, BroadcastWeights weights) {
    EvaluationTag tag = request.tag();
    Path folder = new Path(target.folder(tag.iteration()));
    Path writing = folder.suffix("-writing-" + UUID.randomUUID());
    try {
      FileSystem files = folder.getFileSystem(session.sparkContext().hadoopConfiguration());
      checkFree(folder, files);
      try {
        session
            .createDataFrame(
                dataset.blocks().mapPartitions(new ResultRows(content, weights), true),
                schema(dataset, new ResultRows.Probe(content, weights)))
            .write()
            .parquet(writing.toString());
        checkRows(dataset, writing);
        move(files, writing, folder);
        return folder.toString();
      } finally {
        files.delete(writing, true);
      }
    } catch (IOException e) {
      throw new EvaluationException(
          "%s can't write its results to '%s': %s".formatted(tag, folder, e.getMessage()), e);
    }
  }

  private void checkFree(Path folder, FileSystem files) throws IOException {
    if (target.existing() == ResultsTarget.Existing.KEPT && files.exists(folder)) {
      throw new EvaluationException(
          "%s would write its results to '%s', which is there already; remove it, or choose another"
                  .formatted(request.tag(), folder)
              + " path");
    }
  }

  private StructType schema(PreparedDataset dataset, ResultRows.Probe probe) {
    List<byte[]> first = dataset.blocks().mapPartitions(probe, true).take(1);
    if (first.isEmpty()) {
      throw new EvaluationException(
          "%s: the dataset is empty; an evaluation needs at least one row"
              .formatted(request.tag()));
    }
    List<StructField> fields = new ArrayList<>();
    fields.add(DataTypes.createStructField(ResultColumn.ROW, DataTypes.LongType, false));
    PartitionOutcome outcome = OutcomeCodec.decode(first.get(0));
    ResultColumn.of(outcome.parts().get(0).outputs().get(0))
        .forEach(column -> fields.add(column.field()));
    return DataTypes.createStructType(fields);
  }

  private void checkRows(PreparedDataset dataset, Path written) {
    Row found =
        session
            .read()
            .parquet(written.toString())
            .selectExpr("count(1)", "count(distinct row)", "min(row)", "max(row)")
            .first();
    Row expected = RowFactory.create(dataset.rows(), dataset.rows(), 0L, dataset.rows() - 1);
    if (!found.equals(expected)) {
      throw new EvaluationException(
          "%s: number, different ones, first and last of the rows that were written are %s instead"
                  .formatted(request.tag(), found)
              + " of "
              + expected);
    }
  }

  private void move(FileSystem files, Path writing, Path folder) throws IOException {
    if (target.existing() == ResultsTarget.Existing.REPLACED) {
      files.delete(folder, true);
    }
    if (!files.rename(writing, folder)) {
      throw new IOException("'%s' could not be renamed".formatted(writing));
    }
  }
}
