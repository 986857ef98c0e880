package io.ostinato.spark.ml;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The metadata of columns, such as the labels of an index or the names of a vector's elements,
 * which later stages of a pipeline read. Spark drops them when it maps rows.
 */
final class ColumnMetadata {
  private ColumnMetadata() {}

  /**
   * The rows with the metadata of a schema.
   *
   * @param schema has the columns of the rows, in their order; without metadata or with two columns
   *     of the same name, the rows are returned as they are
   */
  static Dataset<Row> restored(Dataset<Row> rows, StructType schema) {
    boolean hasMetadata =
        Arrays.stream(schema.fields())
            .anyMatch(field -> !field.metadata().equals(Metadata.empty()));
    return hasMetadata && areDistinct(schema.fieldNames())
        ? rows.select(
            Arrays.stream(schema.fields()).map(ColumnMetadata::column).toArray(Column[]::new))
        : rows;
  }

  /** As Spark compares names by default. */
  private static boolean areDistinct(String[] names) {
    Set<String> distinct = new HashSet<>();
    return Arrays.stream(names).map(name -> name.toLowerCase(Locale.ROOT)).allMatch(distinct::add);
  }

  private static Column column(StructField field) {
    return functions
        .col("`" + field.name().replace("`", "``") + "`")
        .as(field.name(), field.metadata());
  }
}
