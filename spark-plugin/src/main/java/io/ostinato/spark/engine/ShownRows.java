package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.resident.ResidentModels;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the rows that are done while a job runs: never fewer than before, never more than there
 * are, and all of them once it has succeeded.
 *
 * @param total the rows of the dataset
 */
record ShownRows(RowsDone done, long total) {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);
  private static final long POLL_MILLIS = 100;

  /** What is shown meanwhile. */
  interface Job<T> {
    T run() throws Exception;
  }

  /** Runs the job in this thread, and shows its rows from another. */
  <T> T during(Job<T> job, EvaluationTag tag, ProgressDisplay display) throws Exception {
    ResidentModels process = ResidentModels.ofThisProcess();
    process.rowReports().listen(done.id(), done);
    try (Progress progress = display.start(tag.toString(), total, "rows")) {
      CountDownLatch over = new CountDownLatch(1);
      CountDownLatch shown = new CountDownLatch(1);
      process.workers().execute(() -> show(progress, over, shown));
      T result;
      try {
        result = job.run();
      } finally {
        over.countDown();
        await(shown);
      }
      progress.update(total, "");
      return result;
    } finally {
      process.rowReports().forget(done.id());
    }
  }

  private void show(Progress progress, CountDownLatch over, CountDownLatch shown) {
    try {
      do {
        progress.update(Math.min(total, done.sum()), "");
      } while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException | RuntimeException e) {
      log.warn("progress can't be shown any more", e);
    } finally {
      shown.countDown();
    }
  }

  /** Until the other thread is done with it; an interrupt is kept for later. */
  private static void await(CountDownLatch shown) {
    boolean interrupted = false;
    while (shown.getCount() > 0) {
      try {
        shown.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
