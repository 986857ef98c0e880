package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.resident.RowReports;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;

/**
 * Tells how many rows a task has run: at once where the driver is this process, twice a second
 * where the plugin has a way to it, and else as Spark's heartbeats and the end of the task do.
 */
final class TaskProgress {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final RowsDone done;
  private final RowReports reports = ResidentModels.ofThisProcess().rowReports();
  private final int partition = TaskContext.getPartitionId();
  private long rows;
  private long lastSent = System.nanoTime() - PAUSE_NANOS;

  /** For the task of this thread; other threads of it may tell, one after the other. */
  TaskProgress(RowsDone done) {
    this.done = done;
  }

  void ran(int more) {
    rows += more;
    done.told(partition, rows);
    long now = System.nanoTime();
    if (!reports.tell(done.id(), partition, rows) && now - lastSent >= PAUSE_NANOS) {
      lastSent = now;
      reports.send(done.id(), partition, rows);
    }
  }
}
