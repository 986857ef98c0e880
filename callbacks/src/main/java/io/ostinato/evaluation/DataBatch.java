package io.ostinato.evaluation;

import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Consecutive rows of a dataset as arrays on the host. Rows that couldn't be read are among them,
 * with elements of 0, so that all rows keep their places; they are never evaluated.
 *
 * @param partition the partition the rows come from
 * @param firstRow the index of the first row in the dataset
 * @param rows the number of rows, at least one
 * @param arrays the columns; the first dimension of each is {@code rows}. Empty if no row could be
 *     read and the columns are unknown
 * @param skipped the rows that couldn't be read, in ascending order
 * @param masks the columns that are cut to the longest row when rows are run together, and for each
 *     the column that is its mask: int64 {@code (rows, length)}, with zeros for padding
 * @param values the values of rows beside the arrays
 */
public record DataBatch(
    int partition,
    long firstRow,
    int rows,
    List<HostArray> arrays,
    List<SkippedRow> skipped,
    Map<String, String> masks,
    List<ValueColumn> values)
    implements Serializable {
  public DataBatch {
    arrays = List.copyOf(arrays);
    skipped = List.copyOf(skipped);
    masks = Map.copyOf(masks);
    values = List.copyOf(values);
    if (rows < 1 || firstRow < 0) {
      throw new IllegalArgumentException(
          "a batch requires at least one row and an index of at least 0; given: %s rows from %s"
              .formatted(rows, firstRow));
    }
  }

  /** A batch whose rows could all be read. */
  public DataBatch(int partition, long firstRow, int rows, List<HostArray> arrays) {
    this(partition, firstRow, rows, arrays, List.of());
  }

  /** A batch none of whose columns are cut, without values beside the arrays. */
  public DataBatch(
      int partition, long firstRow, int rows, List<HostArray> arrays, List<SkippedRow> skipped) {
    this(partition, firstRow, rows, arrays, skipped, Map.of(), List.of());
  }

  /** The first rows of the batch, at least one. */
  DataBatch first(int count) {
    return rows(0, count);
  }

  /** Consecutive rows of the batch, at least one, by their position in it. */
  DataBatch rows(int from, int to) {
    if (from == 0 && to == rows) {
      return this;
    }
    return new DataBatch(
        partition,
        firstRow + from,
        to - from,
        arrays.stream().map(array -> array.rows(from, to)).toList(),
        skipped.stream()
            .filter(row -> row.row() >= firstRow + from && row.row() < firstRow + to)
            .toList(),
        masks,
        values.stream().map(column -> column.rows(from, to)).toList());
  }

  /**
   * The same rows with only these columns; those that are cut stay whole without their mask.
   *
   * @throws IllegalArgumentException if there is no column with such a name; the message lists the
   *     columns
   */
  DataBatch only(List<String> columns) {
    if (arrays.isEmpty()) {
      return this;
    }
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
    Map<String, String> maskOf = new LinkedHashMap<>(masks);
    maskOf.values().retainAll(columns);
    maskOf.keySet().retainAll(columns);
    return new DataBatch(
        partition,
        firstRow,
        rows,
        chosen,
        skipped,
        maskOf,
        values.stream().filter(column -> columns.contains(column.name())).toList());
  }

  /** The same rows with a different index. */
  public DataBatch startingAt(long row) {
    return new DataBatch(
        partition,
        row,
        rows,
        arrays,
        skipped.stream().map(each -> each.moved(row - firstRow)).toList(),
        masks,
        values);
  }
}
