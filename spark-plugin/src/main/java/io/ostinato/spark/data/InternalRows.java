package io.ostinato.spark.data;

import io.ostinato.evaluation.BadRows;
import io.ostinato.spark.resident.ProcessRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.QueryExecution;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads rows in Spark's internal representation, without an object for each number. Spark's
 * internal classes may change: if they are not as expected, public rows are used instead.
 */
final class InternalRows {
  private static final Logger log = LoggerFactory.getLogger(InternalRows.class);

  /** Provides a dataset's rows in Spark's internal representation. */
  interface InternalSource {
    JavaRDD<InternalRow> of(Dataset<Row> rows) throws ReflectiveOperationException;
  }

  private InternalRows() {}

  /**
   * Returns the batches of a dataset that has exactly these columns, in this order; empty if
   * internal rows are not available.
   */
  static Optional<JavaRDD<StoredBatch>> batches(
      Dataset<Row> rows, List<Column> columns, FirstRows first, int batchSize, BadRows badRows) {
    return batches(InternalRows::of, rows, columns, first, batchSize, badRows);
  }

  /**
   * As above with another source of the rows; empty if it fails the way it would on an unknown
   * Spark version.
   */
  static Optional<JavaRDD<StoredBatch>> batches(
      InternalSource source,
      Dataset<Row> rows,
      List<Column> columns,
      FirstRows first,
      int batchSize,
      BadRows badRows) {
    ArrayList<InternalColumn> readers = new ArrayList<>();
    try {
      for (int position = 0; position < columns.size(); position++) {
        readers.add(
            InternalColumn.of(
                columns.get(position), position, rows.schema().fields()[position].dataType()));
      }
      return Optional.of(
          source
              .of(rows)
              .mapPartitionsWithIndex(
                  (partition, partitionRows) -> {
                    ProcessRegistry.ofThisProcess().watchdog().watch(TaskContext.get());
                    return new PartitionBatches(
                        partition,
                        new InternalBatchIterator(
                            partition,
                            first.of(partition, partitionRows),
                            readers,
                            batchSize,
                            badRows));
                  },
                  true));
    } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
      log.info(
          "rows are read one by one, because this version of Spark has other internal classes: {}",
          "" + e);
      return Optional.empty();
    }
  }

  /** Uses reflection because the method is in another class in Spark 4. */
  private static JavaRDD<InternalRow> of(Dataset<Row> rows) throws ReflectiveOperationException {
    Object execution = rows.getClass().getMethod("queryExecution").invoke(rows);
    return ((QueryExecution) execution).toRdd().toJavaRDD();
  }
}
