package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Objects;

/**
 * The rows that one call of {@code processData} sees. Its arrays live until the call returns.
 *
 * @param arrays the columns by name, each {@code (rows, ...)}
 * @param firstRow the index of the first row in the dataset
 * @param rows how many rows
 */
public record EvaluationBatch(NDList arrays, long firstRow, int rows) {

  /**
   * A column, {@code (rows, ...)}.
   *
   * @throws IllegalArgumentException if there is none of that name; lists those there are
   */
  public NDArray get(String name) {
    for (NDArray array : arrays) {
      if (Objects.equals(array.getName(), name)) {
        return array;
      }
    }
    throw new IllegalArgumentException(
        "the batch has no array '%s'; it has: %s"
            .formatted(
                name, String.join(", ", arrays.stream().map(a -> "" + a.getName()).toList())));
  }
}
