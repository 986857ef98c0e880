package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.List;

/**
 * Consecutive rows of a dataset as tensors on the host; one block is one batch.
 *
 * @param partition where the rows come from
 * @param firstRow the index of the first row, in the dataset
 * @param rows how many rows, at least one
 * @param arrays the columns; the first dimension of each is {@code rows}
 */
public record DataBlock(int partition, long firstRow, int rows, List<HostArray> arrays)
    implements Serializable {
  public DataBlock {
    arrays = List.copyOf(arrays);
    if (rows < 1 || firstRow < 0) {
      throw new IllegalArgumentException(
          "a block needs at least one row and an index from 0; given: %s rows from %s"
              .formatted(rows, firstRow));
    }
  }

  /** The same rows, with another index. */
  public DataBlock startingAt(long row) {
    return new DataBlock(partition, row, rows, arrays);
  }
}
