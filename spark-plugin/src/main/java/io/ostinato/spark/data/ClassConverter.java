package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StringType;

/**
 * Converts labels, a column of strings, to the indices of their classes: a tensor of numbers {@code
 * (N)}.
 */
public final class ClassConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;

  private final TensorKind tensor;
  private final Labels labels;

  private ClassConverter(TensorKind tensor, Labels labels) {
    this.tensor = tensor;
    this.labels = labels;
  }

  /** Creates a converter to int64. */
  public static ClassConverter of(String name, Labels labels) {
    return of(name, DataType.INT64, labels);
  }

  /**
   * Creates a converter.
   *
   * @param name name of the tensor
   * @param type data type of the tensor
   * @throws IllegalArgumentException if numbers can't have this type, or not all indices
   */
  public static ClassConverter of(String name, DataType type, Labels labels) {
    Numbers.check(type);
    Numbers.check(labels.size() - 1, type);
    return new ClassConverter(TensorKind.of(name, type), labels);
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(tensor);
  }

  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    return type instanceof StringType
        ? Optional.empty()
        : Optional.of(
            "is %s; labels must be string; cast labels that are numbers; a column of class indices"
                    .formatted(type.simpleString())
                + " needs no labels");
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) {
    Numbers.put(labels.indexOf((String) value), tensor.dataType(), tensors.get(0));
  }
}
