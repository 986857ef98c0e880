package io.ostinato.evaluation;

import io.ostinato.weights.Checksum;
import io.ostinato.weights.HostArray;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows of one partition that were read, in any order and any batches.
 *
 * @param firstRow the lowest index of a row in the dataset
 * @param columns the checksum of each column, moved to the places of its rows in the dataset
 */
record PartitionRows(long firstRow, long rows, LinkedHashMap<ColumnKind, ColumnRows> columns)
    implements Serializable {

  static PartitionRows of(DataBatch batch) {
    LinkedHashMap<ColumnKind, ColumnRows> columns = new LinkedHashMap<>();
    long end = batch.firstRow() + batch.rows();
    for (HostArray array : batch.arrays()) {
      ColumnKind kind = ColumnKind.of(array);
      long checksum = Checksum.moved(array.checksum(), -end * kind.rowBytes());
      columns.merge(kind, new ColumnRows(batch.rows(), checksum), ColumnRows::plus);
    }
    return new PartitionRows(batch.firstRow(), batch.rows(), columns);
  }

  PartitionRows plus(PartitionRows other) {
    LinkedHashMap<ColumnKind, ColumnRows> sums = new LinkedHashMap<>(columns);
    other.columns.forEach((kind, some) -> sums.merge(kind, some, ColumnRows::plus));
    return new PartitionRows(Math.min(firstRow, other.firstRow), rows + other.rows, sums);
  }

  /** The content, which doesn't depend on the rows of other partitions. */
  PartitionContent content(int partition) {
    return new PartitionContent(partition, rows, columnsEndingAt(firstRow + rows));
  }

  /** The columns, moved to the beginning of a sequence that ends before this row. */
  Map<ColumnKind, ColumnRows> columnsEndingAt(long row) {
    Map<ColumnKind, ColumnRows> moved = new LinkedHashMap<>();
    columns.forEach(
        (kind, some) ->
            moved.put(
                kind,
                new ColumnRows(
                    some.rows(), Checksum.moved(some.checksum(), row * kind.rowBytes()))));
    return moved;
  }
}
