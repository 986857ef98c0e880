package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Consecutive rows of a dataset as tensors on the host, with the index of the first.
 *
 * @param partition where the rows come from
 * @param firstRow the index of the first row, in the dataset
 * @param rows how many rows, at least one
 * @param arrays the columns; the first dimension of each is {@code rows}
 */
public record DataBatch(int partition, long firstRow, int rows, List<HostArray> arrays)
    implements Serializable {
  public DataBatch {
    arrays = List.copyOf(arrays);
    if (rows < 1 || firstRow < 0) {
      throw new IllegalArgumentException(
          "a batch needs at least one row and an index from 0; given: %s rows from %s"
              .formatted(rows, firstRow));
    }
  }

  /** The first so many of the rows, at least one. */
  DataBatch first(int count) {
    return new DataBatch(
        partition, firstRow, count, arrays.stream().map(array -> array.rows(0, count)).toList());
  }

  /**
   * The same rows, of these columns.
   *
   * @throws IllegalArgumentException if there is no column of such a name; lists those there are
   */
  DataBatch only(List<String> columns) {
    Map<String, HostArray> byName = new LinkedHashMap<>();
    arrays.forEach(array -> byName.put(array.name(), array));
    List<HostArray> chosen = new ArrayList<>();
    for (String column : columns) {
      HostArray array = byName.get(column);
      if (array == null) {
        throw new IllegalArgumentException(
            "the dataset has no column '%s'; it has: %s"
                .formatted(column, String.join(", ", byName.keySet())));
      }
      chosen.add(array);
    }
    return new DataBatch(partition, firstRow, rows, chosen);
  }

  /** The same rows, with another index. */
  public DataBatch startingAt(long row) {
    return new DataBatch(partition, row, rows, arrays);
  }
}
