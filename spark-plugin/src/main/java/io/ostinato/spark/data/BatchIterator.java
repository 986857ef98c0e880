package io.ostinato.spark.data;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.ValueColumn;
import io.ostinato.weights.HostArray;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;

/**
 * Groups the rows of one partition into batches. If no row of a batch can be turned into tensors,
 * the names, types and shapes of its columns are taken from another batch of the partition.
 */
final class BatchIterator implements Iterator<StoredBatch> {
  private final int partition;
  private final Iterator<Row> rows;
  private final BatchDecoder decoder;
  private final int batchSize;
  private final PartitionSkips skips;
  private final ArrayDeque<Decoded> ahead = new ArrayDeque<>();
  private List<HostArray> kinds = List.of();
  private long next;

  /** A batch whose columns are not known if there are none. */
  private record Decoded(
      long firstRow,
      int rows,
      List<HostArray> arrays,
      List<SkippedRow> skipped,
      List<ValueColumn> values) {}

  BatchIterator(
      int partition, Iterator<Row> rows, BatchDecoder decoder, int batchSize, BadRows badRows) {
    this.partition = partition;
    this.rows = rows;
    this.decoder = decoder;
    this.batchSize = batchSize;
    this.skips = new PartitionSkips(badRows);
  }

  @Override
  public boolean hasNext() {
    return !ahead.isEmpty() || rows.hasNext();
  }

  @Override
  public StoredBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (ahead.isEmpty()) {
      ahead.add(decoded());
    }
    while (kinds.isEmpty() && rows.hasNext()) {
      ahead.add(decoded());
    }
    Decoded batch = ahead.remove();
    List<HostArray> arrays = batch.arrays().isEmpty() ? zeros(batch.rows()) : batch.arrays();
    return new StoredBatch(
        partition,
        batch.firstRow(),
        batch.rows(),
        arrays,
        batch.skipped(),
        decoder.masks(),
        batch.values());
  }

  private Decoded decoded() {
    List<Row> batch = new ArrayList<>();
    while (batch.size() < batchSize && rows.hasNext()) {
      batch.add(rows.next());
    }
    List<HostArray> arrays = decoder.decode(batch, kinds, new RowPlace(partition, next), skips);
    kinds = arrays.isEmpty() ? kinds : arrays;
    List<SkippedRow> skipped = skips.endBatch();
    Set<Integer> positions =
        skipped.stream().map(row -> (int) (row.row() - next)).collect(Collectors.toSet());
    List<ValueColumn> values = decoder.values(batch, positions);
    Decoded decoded = new Decoded(next, batch.size(), arrays, skipped, values);
    next += batch.size();
    return decoded;
  }

  private List<HostArray> zeros(int count) {
    return kinds.stream()
        .map(
            kind -> {
              Shape shape = new Shape(count).addAll(kind.shape().slice(1));
              long bytes = HostArray.sizeBytes(kind.dataType(), shape);
              return HostArray.of(
                  kind.name(), kind.dataType(), shape, new byte[Math.toIntExact(bytes)]);
            })
        .toList();
  }
}
