package io.ostinato.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Selects the positions that count by a column of the dataset.
 *
 * @param columns the column; empty if all positions count
 */
record Mask(List<String> columns) implements Serializable {
  static final Mask NONE = new Mask(List.of());

  Mask {
    columns = List.copyOf(columns);
  }

  /**
   * The mask in a column.
   *
   * @throws IllegalArgumentException if the name is blank
   */
  static Mask ofColumn(String column) {
    if (column.isBlank()) {
      throw new IllegalArgumentException(
          "a mask needs the name of a column of the dataset; given: '%s'".formatted(column));
    }
    return new Mask(List.of(column.strip()));
  }

  /**
   * The positions that count, ascending.
   *
   * @param positions all positions; the mask may lack their dimension of labels
   * @throws IllegalArgumentException if the mask has another shape, fits in two ways, or is neither
   *     0 nor 1
   */
  int[] places(MetricBatch batch, Positions positions) {
    IntStream all = IntStream.range(0, Math.toIntExact(positions.shape().size()));
    return columns.isEmpty() ? all.toArray() : all.filter(counts(batch, positions)).toArray();
  }

  private IntPredicate counts(MetricBatch batch, Positions positions) {
    NDArray mask = batch.get(MetricBatch.columnOf(columns.get(0)));
    IntUnaryOperator index = index(mask.getShape(), positions.shape(), positions.labelAxis());
    double[] numbers = MetricBatch.doubles(mask);
    Arrays.stream(numbers).filter(number -> number != 0 && number != 1).forEach(this::refuse);
    return place -> numbers[index.applyAsInt(place)] == 1;
  }

  /** Where the mask has the number of a position. */
  private IntUnaryOperator index(Shape mask, Shape positions, int axis) {
    List<IntUnaryOperator> fitting = new ArrayList<>();
    boolean isOfOthers = axis > 0 && isPrefix(mask, without(positions, axis));
    if (isOfOthers) {
      fitting.add(indexWithout(mask, positions, axis));
    }
    boolean isSaid = isOfOthers && isPlainPrefix(mask, without(positions, axis));
    if (isPrefix(mask, positions) && (!isSaid || isPlainPrefix(mask, positions))) {
      int repeat = Math.toIntExact(positions.size() / Math.max(1, mask.size()));
      fitting.add(place -> place / repeat);
    }
    if (fitting.isEmpty()) {
      throw new IllegalArgumentException(
          "the mask '%s' has the shape %s, which doesn't match the positions %s; expected that shape,"
                  .formatted(columns.get(0), mask, positions)
              + " or its first dimensions");
    }
    IntStream all = IntStream.range(0, Math.toIntExact(positions.size()));
    if (fitting.size() > 1
        && !all.allMatch(p -> fitting.get(0).applyAsInt(p) == fitting.get(1).applyAsInt(p))) {
      throw new IllegalArgumentException(
          "the mask '%s' of the shape %s may be of the labels or of other positions of the outputs"
                  .formatted(columns.get(0), mask)
              + " %s; give it that shape".formatted(positions));
    }
    return fitting.get(0);
  }

  /** Where a mask without the dimension of the labels has the number of a position. */
  private static IntUnaryOperator indexWithout(Shape mask, Shape positions, int axis) {
    int inner = Math.toIntExact(positions.slice(axis + 1).size());
    int length = Math.toIntExact(positions.get(axis));
    int repeat = Math.toIntExact(positions.size() / length / Math.max(1, mask.size()));
    return place -> (place / (inner * length) * inner + place % inner) / repeat;
  }

  /** A shape without one of its dimensions. */
  static Shape without(Shape shape, int axis) {
    return shape.slice(0, axis).addAll(shape.slice(axis + 1));
  }

  private static boolean isPrefix(Shape mask, Shape positions) {
    if (mask.dimension() == 0 || mask.get(0) != positions.get(0)) {
      return false;
    }
    long[] few = withoutOnes(mask);
    long[] all = withoutOnes(positions);
    return few.length <= all.length && Arrays.equals(few, Arrays.copyOf(all, few.length));
  }

  /** Whether it is one with its dimensions of length 1, too. */
  private static boolean isPlainPrefix(Shape mask, Shape positions) {
    return mask.dimension() <= positions.dimension()
        && mask.equals(positions.slice(0, mask.dimension()));
  }

  private static long[] withoutOnes(Shape shape) {
    return LongStream.of(shape.slice(1).getShape()).filter(length -> length != 1).toArray();
  }

  private void refuse(double number) {
    throw new IllegalArgumentException(
        "the mask '%s' must be 1 for positions that count and 0 for others; given: %s"
            .formatted(columns.get(0), number));
  }
}
