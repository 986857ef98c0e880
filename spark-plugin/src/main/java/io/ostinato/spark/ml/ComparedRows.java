package io.ostinato.spark.ml;

import ai.djl.ndarray.types.DataType;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Turns the compared columns of transformed rows into tensors with the names that metrics read.
 * Their shapes are those of the first row, which all must have.
 */
final class ComparedRows {
  private final ComparedColumns columns;
  private final Dataset<Row> rows;
  private final Row first;
  private final Optional<ClassNumbers> classes;

  private ComparedRows(ComparedColumns columns, Dataset<Row> rows, Row first) {
    this.columns = columns;
    this.rows = rows;
    this.first = first;
    this.classes = classes();
  }

  /**
   * Creates the dataset; runs the stage for the first row.
   *
   * @throws IllegalArgumentException if there are no rows, a column is missing, or its values can't
   *     be compared
   */
  static SparkDataset of(
      Dataset<Row> transformed, ComparedColumns columns, List<Metric<?>> metrics) {
    Map<String, String> outputs = outputs(columns, metrics);
    List<String> further =
        metrics.stream().flatMap(metric -> metric.columns().stream()).distinct().toList();
    List<String> names = new ArrayList<>(outputs.values());
    names.add(columns.label());
    names.addAll(further);
    names.forEach(name -> type(name, transformed.schema()));
    Dataset<Row> rows =
        transformed.selectExpr(
            names.stream()
                .distinct()
                .map(name -> "`" + name.replace("`", "``") + "`")
                .toArray(String[]::new));
    List<Row> head = rows.takeAsList(1);
    if (head.isEmpty()) {
      throw new IllegalArgumentException(
          "the stage returned no rows; an evaluation needs at least one row");
    }
    return new ComparedRows(columns, rows, head.get(0)).dataset(outputs, further);
  }

  /** The columns of the outputs, by the names that metrics read. */
  private static Map<String, String> outputs(ComparedColumns columns, List<Metric<?>> metrics) {
    Map<String, String> outputs = new LinkedHashMap<>();
    for (Metric<?> metric : metrics) {
      Optional<String> named = metric.output();
      outputs.put(
          named.map(MetricBatch::outputsOf).orElse(MetricBatch.OUTPUTS),
          named.orElse(columns.output()));
    }
    return outputs;
  }

  private static org.apache.spark.sql.types.DataType type(String column, StructType schema) {
    return Arrays.stream(schema.fields())
        .filter(field -> field.name().equals(column))
        .findFirst()
        .map(StructField::dataType)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the transformed rows have no column '%s'; they have: %s"
                        .formatted(column, String.join(", ", schema.fieldNames()))));
  }

  /** The classes that are given, or those of the first row's outputs. */
  private Optional<ClassNumbers> classes() {
    if (!columns.classes().isEmpty()) {
      return Optional.of(ClassNumbers.of(columns.classes()));
    }
    for (StructField field : rows.schema().fields()) {
      if (isOfClasses(field.dataType()) && !first.isNullAt(first.fieldIndex(field.name()))) {
        Row struct = first.getStruct(first.fieldIndex(field.name()));
        return Optional.of(
            ClassNumbers.of(struct.getList(struct.fieldIndex(ClassScoreForm.NAMES))));
      }
    }
    return Optional.empty();
  }

  private static boolean isOfClasses(org.apache.spark.sql.types.DataType type) {
    return type instanceof StructType struct
        && Arrays.asList(struct.fieldNames())
            .containsAll(List.of(ClassScoreForm.NAMES, ClassScoreForm.PROBABILITIES));
  }

  private SparkDataset dataset(Map<String, String> outputs, List<String> further) {
    SparkDataset dataset = SparkDataset.of(rows);
    for (Map.Entry<String, String> output : outputs.entrySet()) {
      dataset = withOutput(dataset, output.getKey(), output.getValue());
    }
    for (String column : further) {
      dataset =
          withNumbers(dataset, MetricBatch.columnOf(column), column, type(column, rows.schema()));
    }
    return withLabel(dataset);
  }

  private SparkDataset withOutput(SparkDataset dataset, String name, String column) {
    org.apache.spark.sql.types.DataType type = type(column, rows.schema());
    if (isOfClasses(type)) {
      return dataset.column(column, OutputConverter.ofClasses(name, named(column), structForm()));
    } else if (type instanceof StringType) {
      boolean isJson = ClassScoreForm.isJson(String.valueOf(valueOf(column)));
      return dataset.column(
          column,
          OutputConverter.ofClasses(
              name, named(column), isJson ? ClassScoreForm.JSON : ClassScoreForm.CLASS));
    } else if (type instanceof BinaryType) {
      return dataset.column(column, ArraysForm.like((byte[]) valueOf(column), name, settings()));
    } else if (type instanceof NumericType && !columns.classes().isEmpty()) {
      return dataset.column(
          column, OutputConverter.ofClasses(name, named(column), ClassScoreForm.CLASS));
    }
    return withNumbers(dataset, name, column, type);
  }

  /** Numbers of classes mean the order of the first row, unless the classes are given. */
  private ClassScoreForm structForm() {
    boolean hasNumbers = !(type(columns.label(), rows.schema()) instanceof StringType);
    return hasNumbers && columns.classes().isEmpty()
        ? ClassScoreForm.ORDERED_STRUCT
        : ClassScoreForm.STRUCT;
  }

  private SparkDataset withLabel(SparkDataset dataset) {
    String column = columns.label();
    org.apache.spark.sql.types.DataType type = type(column, rows.schema());
    return type instanceof StringType
        ? dataset.column(column, OutputConverter.ofLabels(MetricBatch.TARGETS, named(column)))
        : withNumbers(dataset, MetricBatch.TARGETS, column, type);
  }

  private SparkDataset withNumbers(
      SparkDataset dataset, String name, String column, org.apache.spark.sql.types.DataType type) {
    if (type instanceof NumericType || type instanceof BooleanType) {
      return dataset.column(name, column, numbers(type));
    }
    long elements = NumbersOf.length(first, first.fieldIndex(column), column);
    return dataset.column(
        name,
        column,
        type instanceof ArrayType array ? numbers(array.elementType()) : DataType.FLOAT64,
        elements);
  }

  private static DataType numbers(org.apache.spark.sql.types.DataType type) {
    if (type instanceof FloatType) {
      return DataType.FLOAT32;
    } else if (type instanceof DoubleType || type.typeName().startsWith("decimal")) {
      return DataType.FLOAT64;
    }
    return type instanceof BooleanType ? DataType.BOOLEAN : DataType.INT64;
  }

  private Object valueOf(String column) {
    int position = first.fieldIndex(column);
    if (first.isNullAt(position)) {
      throw new IllegalArgumentException(
          "the column '%s' is null in the first row; drop or fill such rows first"
              .formatted(column));
    }
    return first.get(position);
  }

  private ClassNumbers named(String column) {
    return classes.orElseThrow(
        () ->
            new IllegalArgumentException(
                "the column '%s' has names of classes; list the classes in the order of their numbers"
                    .formatted(column)));
  }

  private OstinatoSettings settings() {
    return OstinatoSettings.of(rows.sparkSession().sparkContext().getConf());
  }
}
