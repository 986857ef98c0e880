package io.ostinato.spark.data;

import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DataChangedException;
import java.util.Iterator;

/** Reads the batches of a dataset to the driver, and checks at their end that none has changed. */
final class SameBatches implements Iterator<DataBatch> {
  private final PreparedDataset dataset;
  private final Iterator<StoredBatch> batches;
  private final Coverage coverage = new Coverage();

  SameBatches(PreparedDataset dataset) {
    this.dataset = dataset;
    this.batches = dataset.batches().toLocalIterator();
  }

  @Override
  public boolean hasNext() {
    boolean more = batches.hasNext();
    if (!more) {
      dataset
          .content()
          .changeTo(coverage.content(true))
          .ifPresent(
              change -> {
                throw DataChangedException.of(change);
              });
    }
    return more;
  }

  @Override
  public DataBatch next() {
    DataBatch batch = batches.next().inDataset(dataset.partitionStarts());
    coverage.add(batch);
    return batch;
  }
}
