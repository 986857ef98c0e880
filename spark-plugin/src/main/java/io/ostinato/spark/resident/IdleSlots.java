package io.ostinato.spark.resident;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the task slots of this process that have nothing left to do help tasks that still have
 * batches: at the end of a job, when no other task follows. As many slots are known as tasks have
 * run at once so far; Spark has no public API for their number. Thread-safe.
 */
public final class IdleSlots {
  private final Set<Task> tasks = new LinkedHashSet<>();
  private int slots;
  private int helpers;

  /** Creates the slots of a process. */
  public IdleSlots() {}

  /** Begins a task, which occupies a slot until it is closed. */
  public synchronized Task begin() {
    Task task = new Task();
    tasks.add(task);
    slots = Math.max(slots, tasks.size());
    return task;
  }

  private void fill() {
    for (Task task : tasks) {
      if (tasks.size() + helpers >= slots) {
        return;
      }
      BooleanSupplier help = task.help;
      if (help != null && help.getAsBoolean()) {
        helpers++;
      }
    }
  }

  /** A task that runs. */
  public final class Task implements AutoCloseable {
    private @Nullable BooleanSupplier help;

    private Task() {}

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

    /** Lets idle slots know that there may be work now. */
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
          fill();
        }
      }
    }
  }
}
