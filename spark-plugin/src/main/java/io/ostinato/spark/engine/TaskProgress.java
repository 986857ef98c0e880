package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.RowReports;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;

/**
 * Reports how many rows a task has run: immediately if the driver is this process, twice a second
 * if the plugin can send messages to it, and otherwise with Spark's heartbeats and at the end of
 * the task.
 */
final class TaskProgress {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final RowsDone done;
  private final RowReports reports = ProcessRegistry.ofThisProcess().rowReports();
  private final int partition = TaskContext.getPartitionId();
  private long rows;
  private long lastSent = System.nanoTime() - PAUSE_NANOS;

  /** Reports for the task of this thread; other threads of the task may call {@link #ran}. */
  TaskProgress(RowsDone done) {
    this.done = done;
  }

  synchronized void ran(int more) {
    rows += more;
    done.told(partition, rows);
    long now = System.nanoTime();
    if (!reports.tell(done.id(), partition, rows) && now - lastSent >= PAUSE_NANOS) {
      lastSent = now;
      reports.send(done.id(), partition, rows);
    }
  }
}
