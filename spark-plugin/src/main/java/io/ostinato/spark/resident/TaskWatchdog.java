package io.ostinato.spark.resident;

import io.ostinato.evaluation.ThreadPlace;
import io.ostinato.libraries.EngineTurn;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the tasks of evaluations that have a deadline, in the process that runs them. Spark can
 * only ask and interrupt a task to end. If a task doesn't end in its grace period, for example
 * because it is in native code, its executor process ends, so that Spark starts another one. In
 * local mode, where the driver is the executor, the process stays: the task abandons its thread.
 * Thread-safe.
 */
public final class TaskWatchdog {
  /** The exit code of an executor that ended itself: the temporary failure of sysexits.h. */
  public static final int EXIT_CODE = 75;

  /** The local property of a job with its {@link #patience}. */
  public static final String GRACE = "ostinato.grace";

  private static final Logger log = LoggerFactory.getLogger(TaskWatchdog.class);

  private static final long POLL_MILLIS = 100;

  /** How far the clocks of the machines of a cluster may differ. */
  private static final long CLOCK_SKEW_MILLIS = 1000;

  private final Map<Long, Watched> tasks = new ConcurrentHashMap<>();
  private final Runnable exit;
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, TaskWatchdog::thread);

  TaskWatchdog() {
    // Without shutdown hooks, which could wait for what the task holds.
    this(() -> Runtime.getRuntime().halt(EXIT_CODE));
  }

  /** Creates a watchdog with another way to end the process. */
  TaskWatchdog(Runnable exit) {
    this.exit = exit;
    timer.setRemoveOnCancelPolicy(true);
  }

  /** The part of a task that can be left behind. */
  public interface Work {
    /** The threads that run it at present, at least one. */
    List<Thread> threads();

    /**
     * Leaves the threads behind, so that the task ends without them. Returns false if the task
     * can't end before they do.
     */
    boolean abandon();
  }

  /**
   * The value of the property {@link #GRACE} for a job that begins now.
   *
   * @param grace how long a task may take to end once it is cancelled
   * @param deadline how long the job may take; a task that is cancelled before, such as one whose
   *     speculative copy was faster, is left alone
   */
  public static String patience(Duration grace, Duration deadline) {
    return grace.toMillis() + " " + (System.currentTimeMillis() + deadline.toMillis());
  }

  /** Watches a task until it ends, if its job has a deadline; called by the thread of the task. */
  public void watch(TaskContext task) {
    Thread thread = Thread.currentThread();
    watch(
        task,
        new Work() {
          @Override
          public List<Thread> threads() {
            return List.of(thread);
          }

          @Override
          public boolean abandon() {
            return false;
          }
        });
  }

  /** Like {@link #watch(TaskContext)}, for a task that can leave its work behind. */
  public void watch(TaskContext task, Work work) {
    String patience = task.getLocalProperty(GRACE);
    if (patience != null) {
      String[] millis = patience.split(" ");
      Duration most = Duration.ofMillis(Long.parseLong(millis[0]));
      long deadline = Long.parseLong(millis[1]) - CLOCK_SKEW_MILLIS;
      boolean replaceable = !LocalMode.isHere();
      tasks
          .computeIfAbsent(
              task.taskAttemptId(),
              id -> new Watched(task, most, deadline, replaceable, work).start())
          .work(work);
    }
  }

  /** Whether the job of a task has a deadline. */
  public static boolean hasDeadline(TaskContext task) {
    return task.getLocalProperty(GRACE) != null;
  }

  private static Thread thread(Runnable run) {
    Thread thread = new Thread(run, "ostinato-watchdog");
    thread.setDaemon(true);
    return thread;
  }

  /** A task, from its first use to its end. */
  private final class Watched {
    private final TaskContext task;
    private final Duration grace;
    private final long deadline;
    private final boolean replaceable;
    private volatile Work work;
    private long cancelledAt;
    private boolean isCancelled;
    private boolean isOver;

    Watched(TaskContext task, Duration grace, long deadline, boolean replaceable, Work work) {
      this.task = task;
      this.grace = grace;
      this.deadline = deadline;
      this.replaceable = replaceable;
      this.work = work;
    }

    Watched start() {
      timer.schedule(this::look, POLL_MILLIS, TimeUnit.MILLISECONDS);
      return this;
    }

    void work(Work now) {
      work = now;
    }

    private void look() {
      try {
        if (task.isCompleted() || isOver) {
          tasks.remove(task.taskAttemptId());
          return;
        }
        if (task.isInterrupted() && System.currentTimeMillis() >= deadline) {
          cancelled();
        }
      } catch (RuntimeException e) {
        log.warn("a cancelled task can't be watched", e);
      }
      start();
    }

    private void cancelled() {
      long now = System.nanoTime();
      if (!isCancelled) {
        isCancelled = true;
        cancelledAt = now;
      } else if (now - cancelledAt >= grace.toNanos()) {
        isOver = true;
        end();
      }
    }

    private void end() {
      List<Thread> hanging = work.threads();
      String problem =
          "the task of partition %s, which was cancelled %s s ago, doesn't end; its thread is at %s"
              .formatted(
                  task.partitionId(),
                  grace.toSeconds(),
                  hanging.stream()
                      .map(ThreadPlace::of)
                      .map(Object::toString)
                      .collect(Collectors.joining(", another one at ")));
      if (replaceable) {
        log.error("{}; this executor ends with code {} and is replaced", problem, EXIT_CODE);
        exit.run();
        return;
      }
      if (work.abandon()) {
        log.warn("{}; the thread and its model are abandoned until it ends", problem);
      } else {
        log.warn("{}; until it ends, it takes one of the task slots of this process", problem);
      }
      hanging.forEach(EngineTurn::abandon); // a training of this process may wait for them
    }
  }
}
