package io.ostinato.spark.data;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.NumericType;

/**
 * Converts arrays of numbers of different lengths to a tensor {@code (N, length)}: shorter arrays
 * are padded at the end, longer ones are refused or truncated. A second tensor, int64 {@code (N,
 * length)}, can have a one for each element and a zero for the padding.
 */
public final class PadConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;

  /** What follows the name of the tensor in that of its mask. */
  public static final String MASK = ".mask";

  private final TensorKind tensor;
  private final int length;
  private final double padding;
  private final boolean truncates;
  private final boolean hasMask;
  private final boolean isCut;

  private PadConverter(
      TensorKind tensor,
      int length,
      double padding,
      boolean truncates,
      boolean hasMask,
      boolean isCut) {
    this.tensor = tensor;
    this.length = length;
    this.padding = padding;
    this.truncates = truncates;
    this.hasMask = hasMask;
    this.isCut = isCut;
  }

  /**
   * Creates a converter that refuses longer arrays and has no mask.
   *
   * @param name name of the tensor
   * @param type data type of the tensor
   * @param length number of elements of each row, at least 1
   * @param padding value of the elements that are added
   * @throws IllegalArgumentException if numbers can't have this type, or the padding hasn't
   */
  public static PadConverter of(String name, DataType type, int length, double padding) {
    Numbers.check(type);
    Numbers.check(padding, type);
    return new PadConverter(
        TensorKind.of(name, type, length), length, padding, false, false, false);
  }

  /** The same, but longer arrays lose their last elements. */
  public PadConverter truncating() {
    return new PadConverter(tensor, length, padding, true, hasMask, isCut);
  }

  /** The same with a mask, whose name is that of the tensor followed by {@value #MASK}. */
  public PadConverter withMask() {
    return new PadConverter(tensor, length, padding, truncates, true, isCut);
  }

  /**
   * The same with a mask, and each batch is cut to its longest row before the model receives it, so
   * {@code length} is only the maximum.
   */
  public PadConverter cutToLongest() {
    return new PadConverter(tensor, length, padding, truncates, true, true);
  }

  @Override
  public List<TensorKind> tensors() {
    List<TensorKind> tensors = new ArrayList<>(List.of(tensor));
    if (hasMask) {
      tensors.add(TensorKind.of(tensor.name() + MASK, DataType.INT64, length));
    }
    return tensors;
  }

  @Override
  public Optional<String> mask() {
    return isCut ? Optional.of(tensor.name() + MASK) : Optional.empty();
  }

  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    return type instanceof ArrayType array && array.elementType() instanceof NumericType
        ? Optional.empty()
        : Optional.of("is %s; expected an array of numbers".formatted(type.simpleString()));
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) {
    List<?> elements = (List<?>) value;
    if (elements.size() > length && !truncates) {
      throw new IllegalArgumentException(
          "has %s elements; expected at most %s; increase the length, or truncate longer arrays"
              .formatted(elements.size(), length));
    }
    int used = Math.min(length, elements.size());
    for (int i = 0; i < length; i++) {
      put(i, i < used ? elements.get(i) : Double.valueOf(padding), tensors.get(0));
      if (hasMask) {
        tensors.get(1).putLong(i < used ? 1 : 0);
      }
    }
  }

  private void put(int index, Object element, ByteBuffer target) {
    if (element == null) {
      throw new IllegalArgumentException(
          "element %s is null; expected %s".formatted(index, tensor.dataType()));
    }
    try {
      Numbers.put(element, tensor.dataType(), target);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("element %s: %s".formatted(index, e.getMessage()), e);
    }
  }
}
