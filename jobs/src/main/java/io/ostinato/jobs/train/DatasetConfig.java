package io.ostinato.jobs.train;

import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.jobs.data.TensorConfig;
import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** A source that Spark can read, and the mapping of its columns to tensors. */
record DatasetConfig(
    @Key(
            value = DataSource.FORMAT,
            byDefault = "''",
            otherwise = "derived from the extension of the path, or else `parquet`")
        String format,
    @Key(
            value = "Path of the data.",
            byDefault = "''",
            otherwise = "none; some formats need no path")
        String path,
    @Key(value = "Options passed to the format.", optional = true) Map<String, String> options,
    @Key(value = DataSource.SCHEMA, byDefault = "''", otherwise = "that of the format, or inferred")
        String schema,
    @Key(
            value = "SQL query to run on the data; `{data}` stands for the data read from `path`.",
            byDefault = "''",
            otherwise = "all rows and columns")
        String sql,
    @Key(
            "The tensors by name, in order; the last one is the target unless a callback specifies"
                + " others.")
        Map<String, TensorConfig> columns)
    implements Checked {

  DatasetConfig {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns must name at least one tensor");
    }
  }

  @Override
  public void check() {
    source()
        .mistake()
        .ifPresent(
            mistake -> {
              throw new IllegalArgumentException(mistake);
            });
  }

  /** Opens the dataset. Reads only its schema. */
  SparkDataset open(SparkSession spark) {
    SparkDataset dataset = SparkDataset.of(source().rows(spark));
    for (Map.Entry<String, TensorConfig> tensor : columns.entrySet()) {
      dataset =
          tensor
              .getValue()
              .addTo(dataset, tensor.getKey(), spark.sparkContext().hadoopConfiguration());
    }
    return dataset;
  }

  /** The names of the tensors, in order. */
  List<String> names() {
    return columns.entrySet().stream()
        .flatMap(column -> column.getValue().tensors(column.getKey()).stream())
        .toList();
  }

  private DataSource source() {
    return new DataSource(path, format, options, schema, sql);
  }
}
