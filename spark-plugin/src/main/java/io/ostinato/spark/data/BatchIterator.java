package io.ostinato.spark.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;

/** Groups the rows of one partition into batches. */
final class BatchIterator implements Iterator<StoredBatch> {
  private final int partition;
  private final Iterator<Row> rows;
  private final BatchDecoder decoder;
  private final int batchSize;
  private long next;

  BatchIterator(int partition, Iterator<Row> rows, BatchDecoder decoder, int batchSize) {
    this.partition = partition;
    this.rows = rows;
    this.decoder = decoder;
    this.batchSize = batchSize;
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
    List<Row> batch = new ArrayList<>();
    while (batch.size() < batchSize && rows.hasNext()) {
      batch.add(rows.next());
    }
    long first = next;
    next += batch.size();
    return new StoredBatch(
        partition, first, batch.size(), decoder.decode(batch, new RowPlace(partition, first)));
  }
}
