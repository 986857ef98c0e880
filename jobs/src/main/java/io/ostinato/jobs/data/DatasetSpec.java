package io.ostinato.jobs.data;

import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.BatchColumns;
import io.ostinato.metric.Metric;
import io.ostinato.spark.data.SparkDataset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A dataset to evaluate on.
 *
 * @param source the rows
 * @param inputs the model's inputs, in order
 * @param labels the labels that outputs are compared with
 * @param kept the columns written along with the outputs; can include inputs and labels
 * @param read the other columns that metrics read; can include inputs and labels
 */
public record DatasetSpec(
    RowSource source,
    List<? extends ColumnSpec> inputs,
    List<? extends ColumnSpec> labels,
    List<? extends ColumnSpec> kept,
    List<? extends ColumnSpec> read) {
  private static final Set<DataType> OF_PARQUET =
      EnumSet.of(
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.INT64,
          DataType.INT32,
          DataType.INT8,
          DataType.UINT8,
          DataType.BOOLEAN);

  public DatasetSpec {
    inputs = List.copyOf(inputs);
    labels = List.copyOf(labels);
    kept = List.copyOf(kept);
    read = List.copyOf(read);
  }

  /** Like {@link #mistakes(KeyStyle)}, for a command line. */
  public List<String> mistakes() {
    return mistakes(KeyStyle.OPTION);
  }

  /**
   * The mistakes that can be found without reading the data; empty if there are none.
   *
   * @param style how they name settings
   */
  public List<String> mistakes(KeyStyle style) {
    List<String> mistakes = new ArrayList<>();
    source.mistake().ifPresent(mistakes::add);
    if (inputs.isEmpty()) {
      mistakes.add(
          "missing %s, for example %s"
              .formatted(style.name("inputs"), style.example("inputs", "pixels:float32:1,8,8")));
    }
    Set<String> names = new HashSet<>();
    columnSpecs().stream()
        .filter(tensor -> !names.add(tensor.column()))
        .forEach(
            tensor -> mistakes.add("the column '%s' is given twice".formatted(tensor.column())));
    addOfKept(mistakes);
    return mistakes;
  }

  /** Adds the mistakes of kept columns. Names are compared without regard to case, as in Spark. */
  private void addOfKept(List<String> mistakes) {
    Set<String> names = new HashSet<>();
    for (ColumnSpec tensor : kept) {
      String name = tensor.column().toLowerCase(Locale.ROOT);
      if (name.matches("row|outputs(_\\d+)?")) {
        mistakes.add(
            "the column '%s' can't be kept, since predictions have a column of that name; rename it"
                    .formatted(tensor.column())
                + " in --sql");
      } else if (!names.add(name)) {
        mistakes.add("the column '%s' is kept twice".formatted(tensor.column()));
      }
      if (tensor instanceof TensorSpec plain && !OF_PARQUET.contains(plain.type())) {
        mistakes.add(
            "the column '%s' can't be kept as %s; use one of %s"
                .formatted(
                    tensor.column(),
                    TensorSpec.word(plain.type()),
                    String.join(", ", OF_PARQUET.stream().map(TensorSpec::word).toList())));
      } else if (tensor.tensors().size() != 1) {
        mistakes.add(
            "the column '%s' can't be kept, since it becomes several tensors; keep an id of the row"
                .formatted(tensor.column()));
      }
    }
  }

  /** The columns that are the model's inputs and its labels. */
  public BatchColumns columns() {
    return new BatchColumns(names(inputs), names(labels));
  }

  /** The names of the tensors that are written along with the outputs. */
  public List<String> keptTensors() {
    return names(kept);
  }

  private static List<String> names(List<? extends ColumnSpec> columns) {
    return columns.stream().flatMap(column -> column.tensors().stream()).toList();
  }

  /**
   * Opens the dataset. Reads only the schema.
   *
   * @throws DataException if it can't be read, or columns are missing or can't be converted to
   *     these tensors; lists all problems
   */
  public SparkDataset open(SparkSession spark) {
    Dataset<Row> rows = source.rows(spark);
    SparkDataset dataset = SparkDataset.of(rows);
    List<String> mistakes = new ArrayList<>();
    for (ColumnSpec column : columnSpecs()) {
      try {
        dataset = column.addTo(dataset, spark.sparkContext().hadoopConfiguration());
      } catch (IllegalArgumentException e) {
        mistakes.add(e.getMessage());
      }
    }
    if (!mistakes.isEmpty()) {
      throw new DataException("%s: %s".formatted(source, String.join("; ", mistakes)));
    }
    return dataset;
  }

  /**
   * Checks that an opened dataset has the columns that metrics read.
   *
   * @param style how messages name settings
   * @throws DataException if one is missing
   */
  public void checkRead(SparkDataset dataset, List<? extends Metric<?>> metrics, KeyStyle style) {
    List<String> known = dataset.knownColumns().orElse(List.of());
    for (Metric<?> metric : metrics) {
      for (String column : metric.columns()) {
        if (!known.contains(column)) {
          throw new DataException(
              "the metric '%s' reads the column '%s', which is not among those given: %s; add it, as in %s"
                  .formatted(
                      metric.name(),
                      column,
                      String.join(", ", known),
                      style.example("columns", column + ":int64")));
        }
      }
    }
  }

  /** All columns: inputs, labels, and kept or read columns that are neither. */
  public List<ColumnSpec> columnSpecs() {
    Stream<ColumnSpec> others =
        Stream.concat(kept.stream(), read.stream())
            .<ColumnSpec>map(column -> column)
            .distinct()
            .filter(column -> !inputs.contains(column) && !labels.contains(column));
    return Stream.of(inputs.stream(), labels.stream(), others)
        .<ColumnSpec>flatMap(Function.identity())
        .toList();
  }
}
