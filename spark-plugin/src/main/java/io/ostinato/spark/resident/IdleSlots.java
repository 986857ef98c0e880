package io.ostinato.spark.resident;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the task slots of this process that have nothing left to do help tasks that still have
 * batches: at the end of a job, when no other task follows. As many slots are known as tasks have
 * run at once so far; Spark has no public API for their number. Thread-safe.
 *
 * <p>A slot is idle at once if all tasks of the stage have begun in this process, and otherwise
 * after {@value #PATIENCE_MILLIS} ms, in which the next task would have begun.
 */
public final class IdleSlots {
  static final long PATIENCE_MILLIS = 20;

  private static final Logger log = LoggerFactory.getLogger(IdleSlots.class);

  private final LongSupplier nanos;
  private final Executor later;
  private final Set<Task> tasks = new LinkedHashSet<>();
  private final Map<Stage, BitSet> begun = new HashMap<>();
  private int slots;
  private int helpers;
  private long lastChange;
  private boolean asksLater;

  /**
   * The tasks of a job that run the same code.
   *
   * @param id of the stage
   * @param attempt at the stage
   * @param tasks the number of tasks
   */
  public record Stage(int id, int attempt, int tasks) {}

  /** Creates the slots of a process. */
  public IdleSlots() {
    this(
        System::nanoTime,
        CompletableFuture.delayedExecutor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS, Runnable::run));
  }

  /**
   * Creates the slots of a process.
   *
   * @param nanos the time
   * @param later runs something after {@value #PATIENCE_MILLIS} ms
   */
  IdleSlots(LongSupplier nanos, Executor later) {
    this.nanos = nanos;
    this.later = later;
  }

  /**
   * Begins a task, which occupies a slot until it is closed.
   *
   * @param partition the index of the task in the stage
   */
  public synchronized Task begin(Stage stage, int partition) {
    Task task = new Task(stage);
    tasks.add(task);
    begun.computeIfAbsent(stage, s -> new BitSet()).set(partition);
    slots = Math.max(slots, tasks.size());
    lastChange = nanos.getAsLong();
    return task;
  }

  /** The number of slots that are known so far, at least 1. */
  public synchronized int known() {
    return Math.max(1, slots);
  }

  private void fill() {
    boolean isPatient =
        nanos.getAsLong() - lastChange < TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    for (Task task : tasks) {
      if (tasks.size() + helpers >= slots) {
        return;
      }
      BooleanSupplier help = task.help;
      if (help != null && isPatient && !haveAllBegun(task.stage)) {
        askLater();
      } else if (help != null && help.getAsBoolean()) {
        helpers++;
      }
    }
  }

  private void askLater() {
    if (!asksLater) {
      asksLater = true;
      try {
        later.execute(this::askNow);
      } catch (RuntimeException | OutOfMemoryError e) { // no thread can be created
        asksLater = false;
        log.debug("idle slots are not looked at again", e);
      }
    }
  }

  private synchronized void askNow() {
    asksLater = false;
    fill();
  }

  private boolean haveAllBegun(Stage stage) {
    BitSet partitions = begun.get(stage);
    return partitions != null && partitions.cardinality() == stage.tasks();
  }

  private void end(Task task) {
    lastChange = nanos.getAsLong();
    if (tasks.stream().noneMatch(other -> other.stage.equals(task.stage))) {
      begun.remove(task.stage);
    }
    fill();
  }

  /** A task that runs. */
  public final class Task implements AutoCloseable {
    private final Stage stage;
    private @Nullable BooleanSupplier help;

    private Task(Stage stage) {
      this.stage = stage;
    }

    /**
     * Offers work to idle slots, from now on until it is withdrawn.
     *
     * @param start starts a helper on a thread of its own, unless there is nothing to do for it;
     *     returns whether it did. Must neither wait nor use these slots, and may be called by any
     *     thread
     */
    public void offer(BooleanSupplier start) {
      synchronized (IdleSlots.this) {
        help = start;
      }
    }

    /** Lets idle slots know that there may be work now; to be called again and again. */
    public void ask() {
      synchronized (IdleSlots.this) {
        fill();
      }
    }

    /** No helper starts from now on. */
    public void withdraw() {
      synchronized (IdleSlots.this) {
        help = null;
      }
    }

    /** Whether a helper can go on: no other task needs its slot. */
    public boolean canBeHelped() {
      synchronized (IdleSlots.this) {
        return tasks.size() + helpers <= slots;
      }
    }

    /** Ends a helper that was started, and gives its slot to another task. */
    public void helperEnded() {
      synchronized (IdleSlots.this) {
        helpers--;
        fill();
      }
    }

    /** Ends the task, and gives its slot to another one. */
    @Override
    public void close() {
      synchronized (IdleSlots.this) {
        help = null;
        if (tasks.remove(this)) {
          end(this);
        }
      }
    }
  }
}
