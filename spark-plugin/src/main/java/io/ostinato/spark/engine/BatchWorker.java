package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs batches that a task has staged, on one thread, until there are no more. */
class BatchWorker {
  private static final long POLL_MILLIS = 20;

  private final BlockingQueue<Optional<StagedBatch>> queue;
  private final ClassLoader loader;
  private final BooleanSupplier isAbandoned;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Thread thread;
  private volatile @Nullable Throwable failure;
  private volatile boolean runsBatch;
  private long waitNanos;
  private long runNanos;

  /**
   * Creates a worker that hasn't begun.
   *
   * @param queue has the batches; an empty one marks the end
   * @param loader the class loader of the task
   * @param isAbandoned whether not to wait for its end
   */
  BatchWorker(
      BlockingQueue<Optional<StagedBatch>> queue, ClassLoader loader, BooleanSupplier isAbandoned) {
    this.queue = queue;
    this.loader = loader;
    this.isAbandoned = isAbandoned;
  }

  /** Work on the thread of a worker. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  /** Whether a batch runs now. */
  final boolean isRunning() {
    return runsBatch;
  }

  /** Whether it has ended. */
  final boolean isOver() {
    return over.getCount() == 0;
  }

  /** Waits for its end, and meanwhile does something every now and then. */
  final void awaitEnd(Runnable meanwhile) throws InterruptedException {
    while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      meanwhile.run();
    }
  }

  /** Time spent waiting for batches; read only after the end. */
  final long waitNanos() {
    return waitNanos;
  }

  /** Time spent running batches; read only after the end. */
  final long runNanos() {
    return runNanos;
  }

  /** Whether it hasn't failed. */
  final boolean goesOn() {
    return failure == null;
  }

  /**
   * Hands a batch over; an empty one marks the end. Returns false if the worker has failed and will
   * not run it.
   *
   * @param meanwhile done every now and then while the queue is full
   */
  final boolean offer(Optional<StagedBatch> staged, Runnable meanwhile)
      throws InterruptedException {
    while (goesOn()) {
      if (queue.offer(staged, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
      meanwhile.run();
    }
    return false;
  }

  /** Runs batches on this thread until there are no more. */
  final void run(BatchPipeline.Runner runner) {
    work(() -> runAll(runner));
  }

  /** Works on this thread, and keeps a failure for the thread of the task. */
  final void work(Work work) {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    current.setContextClassLoader(loader);
    thread = current;
    try {
      work.run();
    } catch (Throwable e) {
      failure = e;
    } finally {
      leave();
      current.setContextClassLoader(before);
      over.countDown();
    }
  }

  /** Runs batches as long as there is a {@link #next} one. */
  final void runAll(BatchPipeline.Runner runner) throws InterruptedException {
    long start = System.nanoTime();
    Optional<StagedBatch> staged = next();
    while (staged.isPresent()) {
      long began = System.nanoTime();
      waitNanos += began - start;
      runsBatch = true;
      try {
        begins();
        runner.run(staged.get());
      } finally {
        runsBatch = false;
      }
      start = System.nanoTime();
      runNanos += start - began;
      staged = next();
    }
    waitNanos += System.nanoTime() - start;
  }

  /** Called before each batch, which counts as running. */
  void begins() {}

  /** Waits for the next batch; empty if there are no more for this worker. */
  Optional<StagedBatch> next() throws InterruptedException {
    Optional<StagedBatch> next = poll();
    while (next == null) {
      next = poll();
    }
    return next;
  }

  /** The next batch, or the end; null if there is neither for a while. */
  final @Nullable Optional<StagedBatch> poll() throws InterruptedException {
    Optional<StagedBatch> next = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
    if (next != null && next.isEmpty()) {
      queue.offer(next); // the other workers need to know it, too
    }
    return next;
  }

  /**
   * Stops the worker, whatever it is doing, and frees batches that were not run. Returns earlier if
   * the worker need not be waited for.
   */
  final void stop() {
    boolean interrupted = Thread.interrupted();
    while (!isOver() && !canBeLeft()) {
      free(queue);
      queue.offer(Optional.empty());
      interrupt();
      try {
        over.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    free(queue);
    queue.offer(Optional.empty()); // for workers that are left behind
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether nobody has to wait for its end. */
  boolean canBeLeft() {
    return isAbandoned.getAsBoolean();
  }

  /** Throws what it has failed with, if it has. */
  final void rethrow() throws InterruptedException {
    Throwable thrown = failure;
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    } else if (thrown instanceof Error error) {
      throw error;
    } else if (thrown instanceof InterruptedException interrupted) {
      throw interrupted;
    } else if (thrown != null) {
      throw new IllegalStateException(thrown);
    }
  }

  private synchronized void interrupt() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  /**
   * Returns the thread to its pool: it is no longer interrupted by this worker, and its interrupt
   * flag is cleared.
   */
  private synchronized void leave() {
    thread = null;
    Thread.interrupted();
  }

  /** Frees the batches of a queue. */
  static void free(BlockingQueue<Optional<StagedBatch>> queue) {
    List<Optional<StagedBatch>> rest = new ArrayList<>();
    queue.drainTo(rest);
    rest.forEach(staged -> staged.ifPresent(StagedBatch::close));
  }
}
