package io.ostinato.jobs;

import ai.djl.ndarray.types.DataType;
import io.ostinato.jobs.data.DatasetSpec;
import io.ostinato.jobs.data.GivenRows;
import io.ostinato.jobs.data.TensorSpec;
import io.ostinato.spark.data.CheckpointedRows;
import io.ostinato.spark.engine.EvaluatedRows;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * The rows of a DataFrame, each with an id, as the executors store them in memory or on disk. Spark
 * doesn't compute them again.
 *
 * @param rows the rows, with the column of ids
 * @param id the name of that column, which no other column has
 */
record StoredRows(Dataset<Row> rows, String id) {

  /** Computes a DataFrame, and stores its rows. */
  static StoredRows of(Dataset<Row> given) {
    String id = freeName(List.of(given.columns()));
    return new StoredRows(
        given.withColumn(id, functions.monotonically_increasing_id()).localCheckpoint(), id);
  }

  /** A name that no column has; Spark may compare names without regard to case. */
  private static String freeName(List<String> columns) {
    StringBuilder name = new StringBuilder("_ostinato_row");
    while (columns.stream().anyMatch(column -> column.equalsIgnoreCase(name.toString()))) {
      name.append('_');
    }
    return name.toString();
  }

  /** Whether all rows are still there; those of a lost executor aren't. */
  boolean areComplete() {
    return CheckpointedRows.areComplete(rows);
  }

  /** Describes these rows, which have the columns of a dataset and their ids. */
  DatasetSpec described(DatasetSpec dataset) {
    return new DatasetSpec(
        new GivenRows(rows),
        dataset.inputs(),
        dataset.labels(),
        List.of(new TensorSpec(id, DataType.INT64, List.of())),
        dataset.read());
  }

  /** The rows in their order, beside the outputs that were computed from them. */
  Dataset<Row> beside(EvaluatedRows outputs) {
    return rows.join(outputs.rows().drop("row"), new String[] {id}, "left").orderBy(id).drop(id);
  }
}
