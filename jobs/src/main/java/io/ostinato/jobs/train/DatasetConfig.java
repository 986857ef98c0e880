package io.ostinato.jobs.train;

import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.jobs.data.DataSource;
import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Any source that Spark reads, and which of its columns are which tensors. */
record DatasetConfig(
    @Key(
            value = DataSource.FORMAT,
            byDefault = "''",
            otherwise = "by the ending of the path, or `parquet`")
        String format,
    @Key(value = "Where the data is.", byDefault = "''", otherwise = "the format needs none")
        String path,
    @Key(value = "Options of the format.", optional = true) Map<String, String> options,
    @Key(
            value = "A query, in which `{data}` is what was read.",
            byDefault = "''",
            otherwise = "all rows and columns")
        String sql,
    @Key("The tensors by name, in order; the last is the target unless a callback says otherwise.")
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

  /** The dataset, of which nothing is read yet but its schema. */
  SparkDataset open(SparkSession spark) {
    SparkDataset dataset = SparkDataset.of(source().rows(spark));
    for (Map.Entry<String, TensorConfig> tensor : columns.entrySet()) {
      dataset = tensor.getValue().addTo(dataset, tensor.getKey());
    }
    return dataset;
  }

  /** The bytes of one row as tensors. */
  long rowBytes() {
    return columns.values().stream().mapToLong(TensorConfig::bytes).sum();
  }

  List<String> names() {
    return List.copyOf(columns.keySet());
  }

  private DataSource source() {
    return new DataSource(path, format, options, sql);
  }
}
