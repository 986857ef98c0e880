package io.ostinato.spark.chaos;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.model.EvaluationModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Waits at a row until another attempt of its task is there, too, which Spark starts because this
 * one takes so long.
 *
 * @param folder where attempts leave word
 */
record Straggler(BatchProcessor processor, String folder, long row) implements BatchProcessor {
  private static final long PATIENCE_SECONDS = 120;

  @Override
  public NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception {
    if (batch.firstRow() <= row && row < batch.firstRow() + batch.rows()) {
      awaitAnother();
    }
    return processor.process(batch, model);
  }

  private void awaitAnother() throws IOException {
    Path attempts = Files.createDirectories(Path.of(folder));
    Files.createTempFile(attempts, "attempt", "");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (count(attempts) < 2 && !Thread.currentThread().isInterrupted()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no other attempt of this task was started");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static long count(Path attempts) throws IOException {
    try (Stream<Path> files = Files.list(attempts)) {
      return files.count();
    }
  }
}
