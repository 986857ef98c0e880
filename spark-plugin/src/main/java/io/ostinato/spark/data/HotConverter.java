package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.jspecify.annotations.Nullable;

/**
 * Converts classes to vectors {@code (N, classes)} of zeros and ones: a class to a one at its index
 * (one-hot), or an array of classes to a one at each of their indices (multi-hot). Classes are
 * indices from 0, or labels.
 */
public final class HotConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;

  private final TensorKind tensor;
  private final int classes;
  private final @Nullable Labels labels;
  private final boolean isMany;

  private HotConverter(TensorKind tensor, int classes, @Nullable Labels labels, boolean isMany) {
    Numbers.check(tensor.dataType());
    this.tensor = tensor;
    this.classes = classes;
    this.labels = labels;
    this.isMany = isMany;
  }

  /**
   * Converts indices of classes, a column of numbers.
   *
   * @param name name of the tensor
   * @param type data type of the tensor, such as float32
   * @throws IllegalArgumentException if there are no classes, or numbers can't have this type
   */
  public static HotConverter oneHot(String name, DataType type, int classes) {
    return new HotConverter(TensorKind.of(name, type, classes), classes, null, false);
  }

  /** Converts labels, a column of strings; otherwise like the other method. */
  public static HotConverter oneHot(String name, DataType type, Labels labels) {
    return new HotConverter(TensorKind.of(name, type, labels.size()), labels.size(), labels, false);
  }

  /**
   * Converts several indices of classes, a column of arrays of numbers; an index that is there
   * twice counts once, and an empty array has only zeros.
   *
   * @param name name of the tensor
   * @param type data type of the tensor, such as float32
   * @throws IllegalArgumentException if there are no classes, or numbers can't have this type
   */
  public static HotConverter multiHot(String name, DataType type, int classes) {
    return new HotConverter(TensorKind.of(name, type, classes), classes, null, true);
  }

  /** Converts several labels, a column of arrays of strings; otherwise like the other method. */
  public static HotConverter multiHot(String name, DataType type, Labels labels) {
    return new HotConverter(TensorKind.of(name, type, labels.size()), labels.size(), labels, true);
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(tensor);
  }

  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    String one = labels == null ? "a number" : "a string";
    String many = labels == null ? "an array of numbers" : "an array of strings";
    boolean fits =
        isMany ? type instanceof ArrayType array && isClass(array.elementType()) : isClass(type);
    return fits
        ? Optional.empty()
        : Optional.of("is %s; expected %s".formatted(type.simpleString(), isMany ? many : one));
  }

  private boolean isClass(org.apache.spark.sql.types.DataType type) {
    return labels == null ? type instanceof NumericType : type instanceof StringType;
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) {
    boolean[] ones = new boolean[classes];
    if (value instanceof List<?> many) {
      for (int i = 0; i < many.size(); i++) {
        if (many.get(i) == null) {
          throw new IllegalArgumentException(
              "element %s is null; remove it from the array".formatted(i));
        }
        ones[indexOf(many.get(i))] = true;
      }
    } else {
      ones[indexOf(value)] = true;
    }
    for (boolean one : ones) {
      Numbers.put(one ? 1 : 0, tensor.dataType(), tensors.get(0));
    }
  }

  private int indexOf(Object value) {
    if (labels != null) {
      return labels.indexOf((String) value);
    }
    try {
      return Math.toIntExact(Numbers.whole((Number) value, 0, classes - 1));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "the class %s is not one of the %s classes, 0 to %s; classes are counted from 0"
              .formatted(value, classes, classes - 1),
          e);
    }
  }
}
