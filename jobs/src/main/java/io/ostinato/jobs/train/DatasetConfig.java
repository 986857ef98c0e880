package io.ostinato.jobs.train;

import io.ostinato.jobs.config.Key;
import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Any source that Spark reads, and which of its columns are which tensors. */
record DatasetConfig(
    @Key(value = "The format, as Spark names it.", byDefault = "parquet") String format,
    @Key(value = "Where the data is.", optional = true, otherwise = "the format needs none")
        @Nullable String path,
    @Key(value = "Options of the format.", optional = true) Map<String, String> options,
    @Key(
            value = "A query, in which `{data}` is what was read.",
            optional = true,
            otherwise = "all rows and columns")
        @Nullable String sql,
    @Key("The tensors by name, in order; the last is the target unless a callback says otherwise.")
        Map<String, TensorConfig> columns) {
  private static final String DATA = "{data}";
  private static final String VIEW = "ostinato_data_";

  DatasetConfig {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns must name at least one tensor");
    }
    if (path == null && sql == null && options.isEmpty()) {
      throw new IllegalArgumentException(
          "give path, or sql, or options of a format without a path");
    }
    if (path != null && sql != null && !sql.contains(DATA)) {
      throw new IllegalArgumentException(
          "sql doesn't ask for %s, so path would not be read; leave one out".formatted(DATA));
    }
  }

  /** The dataset, of which nothing is read yet but its schema. */
  SparkDataset open(SparkSession spark) {
    SparkDataset dataset = SparkDataset.of(rows(spark));
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

  private Dataset<Row> rows(SparkSession spark) {
    DataFrameReader reader = spark.read().format(format).options(options);
    if (sql != null && !sql.contains(DATA)) {
      return spark.sql(sql);
    }
    Dataset<Row> rows = path == null ? reader.load() : reader.load(path);
    if (sql == null) {
      return rows;
    }
    String view = VIEW + Integer.toUnsignedString(Objects.hash(format, path, options));
    rows.createOrReplaceTempView(view);
    return spark.sql(sql.replace(DATA, view));
  }
}
