package io.ostinato.training;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import io.ostinato.schedule.EpochSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/**
 * The micro-batches of one epoch, in an order that depends only on the seed and the epoch.
 *
 * @param seed the seed of the run
 * @param epoch the index of the epoch, from 0
 * @param size how the epoch is divided into updates
 * @param firstUpdate the number of updates of the epoch to skip, because they were already made
 * @param microBatchSize the maximum number of rows of a micro-batch; no micro-batch spans two
 *     updates
 */
record EpochBatches(int seed, int epoch, EpochSize size, long firstUpdate, int microBatchSize)
    implements Sampler {

  @Override
  public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
    List<Long> rows = new ArrayList<>();
    for (long row = 0; row < dataset.size(); row++) {
      rows.add(row);
    }
    Collections.shuffle(rows, new java.util.Random(Seeds.ofEpoch(seed, epoch)));
    List<List<Long>> batches = new ArrayList<>();
    for (long update = firstUpdate; update < size.updates(); update++) {
      int start = Math.toIntExact(update * size.effectiveBatchSize());
      int end = Math.toIntExact(start + size.samplesOf(update + 1));
      for (int from = start; from < end; from += microBatchSize) {
        batches.add(rows.subList(from, Math.min(from + microBatchSize, end)));
      }
    }
    return batches.iterator();
  }

  @Override
  public int getBatchSize() {
    return microBatchSize;
  }
}
