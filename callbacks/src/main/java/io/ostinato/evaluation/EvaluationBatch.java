package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * The rows passed to one call of {@code processData}. The arrays are valid until the call returns.
 *
 * @param names the names of the columns
 * @param arrays the columns in the order of their names, each {@code (rows, ...)}
 * @param firstRow the index of the first row in the dataset
 * @param rows the number of rows
 * @param distances the distance of each row from the first one in the dataset; empty if they are
 *     consecutive, which they are unless rows are {@linkplain BadRows skipped}
 * @param values the values of rows beside the arrays
 */
public record EvaluationBatch(
    List<String> names,
    NDList arrays,
    long firstRow,
    int rows,
    List<Integer> distances,
    List<ValueColumn> values) {
  public EvaluationBatch {
    names = List.copyOf(names);
    distances = List.copyOf(distances);
    values = List.copyOf(values);
  }

  /** A batch without values beside the arrays. */
  public EvaluationBatch(
      List<String> names, NDList arrays, long firstRow, int rows, List<Integer> distances) {
    this(names, arrays, firstRow, rows, distances, List.of());
  }

  /** A batch of consecutive rows. */
  public EvaluationBatch(List<String> names, NDList arrays, long firstRow, int rows) {
    this(names, arrays, firstRow, rows, List.of());
  }

  /** The index in the dataset of the row at a position of this batch, counted from 0. */
  public long index(int position) {
    return firstRow + (distances.isEmpty() ? position : distances.get(position));
  }

  /**
   * The column with this name, {@code (rows, ...)}.
   *
   * @throws IllegalArgumentException if there is none; the message lists the columns
   */
  public NDArray get(String name) {
    int position = names.indexOf(name);
    if (position < 0) {
      throw new IllegalArgumentException(
          "the batch has no array '%s'; it has: %s".formatted(name, String.join(", ", names)));
    }
    return arrays.get(position);
  }

  /**
   * The encoded values of each row in a column whose values are kept, not to be modified.
   *
   * @throws IllegalArgumentException if there is no such column; the message lists the columns
   */
  public List<byte[]> values(String name) {
    return values.stream()
        .filter(column -> column.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the batch has no values '%s'; it has: %s; add them to the dataset with values(…)"
                        .formatted(
                            name,
                            values.isEmpty()
                                ? "none"
                                : String.join(
                                    ", ", values.stream().map(ValueColumn::name).toList()))))
        .rows();
  }
}
