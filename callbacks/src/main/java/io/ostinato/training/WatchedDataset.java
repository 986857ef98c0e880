package io.ostinato.training;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Dataset;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A dataset that reports when its batches are requested and read.
 *
 * @param dataset the dataset that provides the batches
 * @param goesOn decides whether there is another batch
 * @param drawn called when a batch has been read
 */
record WatchedDataset(Dataset dataset, Predicate<Iterator<Batch>> goesOn, Runnable drawn)
    implements Dataset {

  @Override
  public Iterable<Batch> getData(NDManager manager) throws IOException, TranslateException {
    return watched(dataset.getData(manager));
  }

  @Override
  public Iterable<Batch> getData(NDManager manager, @Nullable ExecutorService executor)
      throws IOException, TranslateException {
    return watched(dataset.getData(manager, executor));
  }

  @Override
  public void prepare(@Nullable Progress progress) throws IOException, TranslateException {
    dataset.prepare(progress);
  }

  private Iterable<Batch> watched(Iterable<Batch> batches) {
    Iterator<Batch> iterator = batches.iterator();
    return () ->
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return goesOn.test(iterator);
          }

          @Override
          public Batch next() {
            Batch batch = iterator.next();
            drawn.run();
            return batch;
          }
        };
  }
}
