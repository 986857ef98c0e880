package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BadRows;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Groups the rows of one partition into batches. Each row is read before the next is requested,
 * since Spark reuses the row object.
 */
final class InternalBatchIterator implements Iterator<StoredBatch> {
  private final int partition;
  private final Iterator<InternalRow> rows;
  private final List<InternalColumn> columns;
  private final int batchSize;
  private final PartitionSkips skips;
  private long next;

  InternalBatchIterator(
      int partition,
      Iterator<InternalRow> rows,
      List<InternalColumn> columns,
      int batchSize,
      BadRows badRows) {
    this.partition = partition;
    this.rows = rows;
    this.columns = columns;
    this.batchSize = batchSize;
    this.skips = new PartitionSkips(badRows);
  }

  @Override
  public boolean hasNext() {
    return rows.hasNext();
  }

  @Override
  public StoredBatch next() {
    if (!rows.hasNext()) {
      throw new NoSuchElementException();
    }
    List<RowBuffer> buffers =
        columns.stream().map(c -> new RowBuffer(c.column(), batchSize)).toList();
    ByteBuffer[] tensors = new ByteBuffer[buffers.size()];
    int count = 0;
    while (count < batchSize && rows.hasNext()) {
      InternalRow row = rows.next();
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = buffers.get(i).room();
      }
      RowPlace place = new RowPlace(partition, next + count);
      try {
        put(row, tensors, place);
      } catch (RuntimeException e) {
        skips.skip(place, e);
        int before = count;
        buffers.forEach(buffer -> buffer.clearRow(before));
      }
      count++;
    }
    StoredBatch batch =
        new StoredBatch(partition, next, count, arrays(buffers, count), skips.endBatch());
    next += count;
    return batch;
  }

  private void put(InternalRow row, ByteBuffer[] tensors, RowPlace place) {
    for (int i = 0; i < tensors.length; i++) {
      columns.get(i).put(row, tensors[i], place);
    }
  }

  private List<HostArray> arrays(List<RowBuffer> buffers, int count) {
    List<HostArray> arrays = new ArrayList<>(buffers.size());
    for (int i = 0; i < buffers.size(); i++) {
      Column column = columns.get(i).column();
      Shape shape = new Shape(count).addAll(new Shape(column.dimensions()));
      arrays.add(HostArray.of(column.name(), column.dataType(), shape, buffers.get(i).content()));
    }
    return arrays;
  }
}
