package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.spark.data.RowShape;
import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** A column of a dataset as a tensor. */
public record TensorConfig(
    @Key(
            "Column of the dataset: numbers, arrays of numbers, vectors or matrices of Spark ML, or"
                + " `binary`.")
        String column,
    @Key(value = "Data type of the tensor.", byDefault = "float32") NumberType type,
    @Key(value = "Shape of one row.", optional = true, otherwise = "a scalar", atLeast = 1)
        List<Long> shape,
    @Key(
            value =
                "Conversion of a column of images, text, labels or arrays of different lengths.",
            optional = true)
        @Nullable Conversion as) {
  public TensorConfig {
    if (as != null && (!shape.isEmpty() || type != NumberType.FLOAT32)) {
      throw new IllegalArgumentException(
          "type and shape are those of a column without a conversion; remove them, or set the type"
              + " in 'as'");
    }
    RowShape.of(type.dataType(), shape.stream().mapToLong(Long::longValue).toArray());
  }

  /** The column with tensors that are named after it. */
  public ColumnSpec named() {
    return as == null
        ? new TensorSpec(column, type.dataType(), shape)
        : new ConvertedSpec(column, as);
  }

  /** The names of the tensors of the column with this name. */
  public List<String> tensors(String name) {
    return as == null ? List.of(name) : as.names(name);
  }

  /**
   * Adds the column to a dataset.
   *
   * @param files Hadoop's settings, to read files that the conversion needs
   */
  public SparkDataset addTo(SparkDataset dataset, String name, Configuration files) {
    return as == null
        ? dataset.column(
            name, column, type.dataType(), shape.stream().mapToLong(Long::longValue).toArray())
        : dataset.column(column, as.converter(name, files));
  }
}
