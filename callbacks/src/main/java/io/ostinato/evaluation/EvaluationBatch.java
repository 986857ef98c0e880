package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/**
 * The rows that one call of {@code processData} sees. Its arrays live until the call returns.
 *
 * @param names of the columns
 * @param arrays the columns in the order of their names, each {@code (rows, ...)}
 * @param firstRow the index of the first row in the dataset
 * @param rows how many rows
 */
public record EvaluationBatch(List<String> names, NDList arrays, long firstRow, int rows) {
  public EvaluationBatch {
    names = List.copyOf(names);
  }

  /**
   * A column, {@code (rows, ...)}.
   *
   * @throws IllegalArgumentException if there is none of that name; lists those there are
   */
  public NDArray get(String name) {
    int position = names.indexOf(name);
    if (position < 0) {
      throw new IllegalArgumentException(
          "the batch has no array '%s'; it has: %s".formatted(name, String.join(", ", names)));
    }
    return arrays.get(position);
  }
}
