package io.ostinato.training;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/** A random order of the rows that depends on the seed and the epoch alone. */
record EpochSampler(long seed, int epoch) implements Sampler.SubSampler {

  @Override
  public Iterator<Long> sample(RandomAccessDataset dataset) {
    List<Long> rows = new ArrayList<>();
    for (long row = 0; row < dataset.size(); row++) {
      rows.add(row);
    }
    Collections.shuffle(rows, new Random(31 * seed + epoch));
    return rows.iterator();
  }
}
