package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Consecutive rows of a dataset as arrays on the host.
 *
 * @param partition the partition the rows come from
 * @param firstRow the index of the first row in the dataset
 * @param rows the number of rows, at least one
 * @param arrays the columns; the first dimension of each is {@code rows}
 */
public record DataBatch(int partition, long firstRow, int rows, List<HostArray> arrays)
    implements Serializable {
  public DataBatch {
    arrays = List.copyOf(arrays);
    if (rows < 1 || firstRow < 0) {
      throw new IllegalArgumentException(
          "a batch requires at least one row and an index of at least 0; given: %s rows from %s"
              .formatted(rows, firstRow));
    }
  }

  /** The first rows of the batch, at least one. */
  DataBatch first(int count) {
    return new DataBatch(
        partition, firstRow, count, arrays.stream().map(array -> array.rows(0, count)).toList());
  }

  /**
   * The same rows with only these columns.
   *
   * @throws IllegalArgumentException if there is no column with such a name; the message lists the
   *     columns
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

  /** The same rows with a different index. */
  public DataBatch startingAt(long row) {
    return new DataBatch(partition, row, rows, arrays);
  }
}
