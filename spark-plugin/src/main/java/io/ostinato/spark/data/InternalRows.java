package io.ostinato.spark.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.QueryExecution;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows as Spark holds them, without an object for each number. These are Spark's internal classes,
 * which may change: where they are not as expected, there are no such rows, and the public ones do.
 */
final class InternalRows {
  private static final Logger log = LoggerFactory.getLogger(InternalRows.class);

  /** The way to a dataset's rows as Spark holds them. */
  interface InternalSource {
    JavaRDD<InternalRow> of(Dataset<Row> rows) throws ReflectiveOperationException;
  }

  private InternalRows() {}

  /** The batches of a dataset that has these columns, in this order. */
  static Optional<JavaRDD<StoredBatch>> batches(
      Dataset<Row> rows, List<Column> columns, FirstRows first, int batchSize) {
    return batches(InternalRows::of, rows, columns, first, batchSize);
  }

  /** The same by another way to the rows; none where that fails as it does on an unknown Spark. */
  static Optional<JavaRDD<StoredBatch>> batches(
      InternalSource source,
      Dataset<Row> rows,
      List<Column> columns,
      FirstRows first,
      int batchSize) {
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
                  (partition, partitionRows) ->
                      new InternalBatchIterator(
                          partition, first.of(partition, partitionRows), readers, batchSize),
                  true));
    } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
      log.info("rows are read one by one, because this Spark keeps its own elsewhere: {}", "" + e);
      return Optional.empty();
    }
  }

  /** By reflection, since the class that has the method is another one in Spark 4. */
  private static JavaRDD<InternalRow> of(Dataset<Row> rows) throws ReflectiveOperationException {
    Object execution = rows.getClass().getMethod("queryExecution").invoke(rows);
    return ((QueryExecution) execution).toRdd().toJavaRDD();
  }
}
