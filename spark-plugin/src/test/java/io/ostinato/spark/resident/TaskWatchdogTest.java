package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancelled tasks that don't end, in this process. */
@Timeout(120)
class TaskWatchdogTest {
  private static final TaskWatchdog WATCHDOG =
      new TaskWatchdog(
          () -> {
            throw new IllegalStateException("the process of the driver must not end");
          });

  private static final CountDownLatch LET_GO = new CountDownLatch(1);
  private static final Hanging EARLY = new Hanging();
  private static final Hanging LATE = new Hanging();

  /** What a task has been seen to do. */
  private static final class Hanging {
    private final CountDownLatch watched = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final CountDownLatch abandoned = new CountDownLatch(1);

    /** Ignores that it is cancelled. */
    void run() {
      TaskContext task = TaskContext.get();
      Thread thread = Thread.currentThread();
      WATCHDOG.watch(
          task,
          new TaskWatchdog.Work() {
            @Override
            public List<Thread> threads() {
              return List.of(thread);
            }

            @Override
            public boolean abandon() {
              abandoned.countDown();
              return true;
            }
          });
      watched.countDown();
      while (LET_GO.getCount() > 0) {
        if (task.isInterrupted()) {
          cancelled.countDown();
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  @Test
  void aTaskThatIsCancelledBeforeItsDeadlineIsLeftAlone() throws InterruptedException {
    try (SparkSession session = TestSpark.local(Map.of())) {
      JavaSparkContext context = new JavaSparkContext(session.sparkContext());
      Thread early =
          start(context, "early", Duration.ZERO, Duration.ofHours(1), number -> EARLY.run());
      Thread late =
          start(
              context, "late", Duration.ofMillis(500), Duration.ofHours(-1), number -> LATE.run());
      await(EARLY.watched);
      await(LATE.watched);
      context.cancelJobGroup("early");
      await(EARLY.cancelled);
      context.cancelJobGroup("late");
      await(LATE.abandoned);
      assertThat(EARLY.abandoned.getCount()).as("though its grace period ended first").isOne();
      LET_GO.countDown();
      early.join();
      late.join();
    }
  }

  /** Runs a job of one task in a group of its own. */
  private static Thread start(
      JavaSparkContext context,
      String group,
      Duration grace,
      Duration deadline,
      VoidFunction<Integer> task) {
    Thread thread =
        new Thread(
            () -> {
              context.setJobGroup(group, group, false);
              context.setLocalProperty(TaskWatchdog.GRACE, TaskWatchdog.patience(grace, deadline));
              try {
                context.parallelize(List.of(1), 1).foreach(task);
              } catch (Exception e) { // it is cancelled
                assertThat(e).hasMessageContaining("cancelled");
              }
            },
            group);
    thread.start();
    return thread;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
  }
}
