package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.RowsMessage;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.weights.Manifest;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the number of finished rows while a job runs. The number never decreases, never exceeds the
 * total, and equals the total once the job has succeeded.
 *
 * @param total number of rows in the dataset
 * @param label names the evaluations
 * @param weights the evaluated weights
 */
record ShownRows(RowsDone done, long total, String label, Manifest weights) {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);
  private static final long POLL_MILLIS = 100;

  /** A job whose progress is shown. */
  interface Job<T> {
    T run() throws Exception;
  }

  /** The rows of a pass, for the evaluations that share it. */
  static ShownRows of(List<EvaluationTag> tags, PartitionTask task, long total) {
    String more = tags.size() > 1 ? " and %s more".formatted(tags.size() - 1) : "";
    return new ShownRows(task.done(), total, tags.get(0) + more, task.weights().manifest());
  }

  /** Runs the job on this thread and shows its rows from another. */
  <T> T during(Job<T> job, ProgressDisplay display) throws Exception {
    RowsMessage message = new RowsMessage(weights);
    ResidentModels process = ResidentModels.ofThisProcess();
    process.rowReports().listen(done.id(), done);
    try (Progress progress = display.start(label, total, "rows")) {
      CountDownLatch over = new CountDownLatch(1);
      CountDownLatch shown = new CountDownLatch(1);
      process.workers().execute(() -> show(progress, message, over, shown));
      T result;
      try {
        result = job.run();
      } finally {
        over.countDown();
        await(shown);
      }
      progress.update(total, message.at(total));
      return result;
    } finally {
      process.rowReports().forget(done.id());
    }
  }

  private void show(
      Progress progress, RowsMessage message, CountDownLatch over, CountDownLatch shown) {
    try {
      do {
        long rows = Math.min(total, done.sum());
        progress.update(rows, message.at(rows));
      } while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException | RuntimeException e) {
      log.warn("progress can't be shown any more: {}", e.toString());
      log.debug("why progress can't be shown", e);
    } finally {
      shown.countDown();
    }
  }

  /** Waits until the other thread is done; an interrupt is restored afterwards. */
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
