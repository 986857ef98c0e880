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
 */
public record EvaluationBatch(List<String> names, NDList arrays, long firstRow, int rows) {
  public EvaluationBatch {
    names = List.copyOf(names);
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
}
