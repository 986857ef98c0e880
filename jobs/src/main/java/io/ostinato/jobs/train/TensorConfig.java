package io.ostinato.jobs.train;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.describe.Key;
import io.ostinato.spark.data.RowShape;
import io.ostinato.spark.data.SparkDataset;
import java.util.List;

/** A column of a dataset as a tensor. */
record TensorConfig(
    @Key(
            "Column of the dataset: numbers, arrays of numbers, vectors or matrices of Spark ML, or"
                + " `binary`.")
        String column,
    @Key(value = "Data type of the tensor.", byDefault = "float32") Type type,
    @Key(value = "Shape of one row.", optional = true, otherwise = "a scalar", atLeast = 1)
        List<Long> shape) {
  TensorConfig {
    RowShape.of(type.dataType(), shape.stream().mapToLong(Long::longValue).toArray());
  }

  /** The supported data types. */
  enum Type {
    FLOAT32,
    FLOAT64,
    INT8,
    UINT8,
    INT32,
    INT64,
    BOOLEAN;

    DataType dataType() {
      return DataType.valueOf(name());
    }
  }

  SparkDataset addTo(SparkDataset dataset, String name) {
    return dataset.column(name, column, type.dataType(), dimensions());
  }

  Shape rowShape() {
    return new Shape(dimensions());
  }

  long bytes() {
    return rowShape().size() * type.dataType().getNumOfBytes();
  }

  private long[] dimensions() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
