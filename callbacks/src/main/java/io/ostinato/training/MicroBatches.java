package io.ostinato.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.translate.TranslateException;
import io.ostinato.schedule.UpdateCounter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;

/** The micro-batches of a training, epoch after epoch. Not thread-safe. */
final class MicroBatches {
  private final TrainingSettings settings;
  private final NDManager manager;
  private Iterator<Batch> ofEpoch = Collections.emptyIterator();

  MicroBatches(TrainingSettings settings, NDManager manager) {
    this.settings = settings;
    this.manager = manager;
  }

  /**
   * Reads the next micro-batch, which the caller must close.
   *
   * @param counter the position of training, after which a new epoch may begin
   */
  Batch next(UpdateCounter counter) {
    if (!ofEpoch.hasNext()) {
      ofEpoch = restOfEpoch(counter);
    }
    return ofEpoch.next();
  }

  private Iterator<Batch> restOfEpoch(UpdateCounter counter) {
    long update = counter.current().update();
    EpochBatches sampler =
        new EpochBatches(
            settings.seed(),
            Math.toIntExact(update / counter.updatesPerEpoch()),
            counter.epochSize(),
            update % counter.updatesPerEpoch(),
            settings.microBatchSize());
    try {
      return settings.data().train().getData(manager, sampler).iterator();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the training dataset: " + e.getMessage(), e);
    } catch (TranslateException e) {
      throw new IllegalStateException("can't read the training dataset: " + e.getMessage(), e);
    }
  }
}
