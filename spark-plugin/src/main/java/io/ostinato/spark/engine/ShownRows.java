package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.RowsMessage;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.resident.ProcessRegistry;
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
    ProcessRegistry process = ProcessRegistry.ofThisProcess();
    process.rowReports().listen(done.id(), done);
    try (Progress progress = display.start(label, total, "rows")) {
      Updates updates = new Updates(progress, message);
      process.workers().execute(updates);
      T result;
      try {
        result = job.run();
      } finally {
        updates.end();
      }
      progress.update(total, message.at(total));
      return result;
    } finally {
      process.rowReports().forget(done.id());
    }
  }

  /** Shows the rows from another thread; nothing waits for that thread to end. */
  private final class Updates implements Runnable {
    private final Progress progress;
    private final RowsMessage message;
    private final CountDownLatch over = new CountDownLatch(1);

    Updates(Progress progress, RowsMessage message) {
      this.progress = progress;
      this.message = message;
    }

    @Override
    public void run() {
      try {
        do {
          update();
        } while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
      } catch (InterruptedException | RuntimeException e) {
        log.warn("progress can't be shown any more: {}", e.toString());
        log.debug("why progress can't be shown", e);
      }
    }

    private synchronized void update() {
      if (over.getCount() > 0) {
        long rows = Math.min(total, done.sum());
        progress.update(rows, message.at(rows));
      }
    }

    /** Waits for an update that has begun; there are none after that. */
    synchronized void end() {
      over.countDown();
    }
  }
}
