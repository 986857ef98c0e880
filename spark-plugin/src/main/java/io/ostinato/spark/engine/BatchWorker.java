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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs batches that a task has staged, on one thread. */
final class BatchWorker {
  private static final Logger log = LoggerFactory.getLogger(BatchWorker.class);

  private static final long POLL_MILLIS = 20;

  private static final BatchPipeline.Runner NO_BATCHES =
      batch -> {
        throw new IllegalStateException("no batch is expected");
      };

  private final BlockingQueue<Optional<StagedBatch>> queue;
  private final ClassLoader loader;
  private final BooleanSupplier isAbandoned;
  private final BooleanSupplier stays;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable Thread thread;
  private volatile @Nullable Throwable failure;
  private volatile boolean runsBatch;
  private volatile boolean isHelper;
  private long waitNanos;
  private long runNanos;

  // Guarded by this.
  private boolean hasRun;
  private boolean isDismissed;
  private boolean isRefused;

  /**
   * Creates a worker that hasn't begun.
   *
   * @param queue has the batches; an empty one marks the end
   * @param loader the class loader of the task
   * @param isAbandoned whether not to wait for its end
   * @param stays whether to take another batch
   */
  BatchWorker(
      BlockingQueue<Optional<StagedBatch>> queue,
      ClassLoader loader,
      BooleanSupplier isAbandoned,
      BooleanSupplier stays) {
    this.queue = queue;
    this.loader = loader;
    this.isAbandoned = isAbandoned;
    this.stays = stays;
  }

  /** Whether a batch runs now. */
  boolean isRunning() {
    return runsBatch;
  }

  /** Whether it has ended. */
  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Waits for its end, and meanwhile does something every now and then. */
  void awaitEnd(Runnable meanwhile) throws InterruptedException {
    while (!over.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
      meanwhile.run();
    }
  }

  /** Time spent waiting for batches; read only after the end. */
  long waitNanos() {
    return waitNanos;
  }

  /** Time spent running batches; read only after the end. */
  long runNanos() {
    return runNanos;
  }

  boolean goesOn() {
    return failure == null;
  }

  /**
   * Hands a batch over; an empty one marks the end. Returns false if the worker has failed and will
   * not run it.
   *
   * @param meanwhile done every now and then while the queue is full
   */
  boolean offer(Optional<StagedBatch> staged, Runnable meanwhile) throws InterruptedException {
    while (goesOn()) {
      if (queue.offer(staged, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return true;
      }
      meanwhile.run();
    }
    return false;
  }

  /** Runs batches on this thread until there are no more. */
  void run(BatchPipeline.Runner runner) {
    open(() -> runner);
  }

  /** Helps, unless a helper can't be opened: the other workers run all batches then. */
  void run(BatchHelp help) {
    isHelper = true;
    open(
        () -> {
          try {
            return help.open();
          } catch (InterruptedException e) {
            throw e;
          } catch (Throwable e) { // including checked exceptions that Spark doesn't declare
            refuse(e);
            return NO_BATCHES;
          }
        });
  }

  private synchronized void refuse(Throwable reason) {
    isRefused = true;
    log.debug("a task is not helped", reason);
  }

  /** Whether it couldn't be opened. */
  synchronized boolean isRefused() {
    return isRefused;
  }

  /**
   * Tells a helper to take no batch, unless it has taken one; then it need not be waited for.
   * Returns whether it hasn't.
   */
  synchronized boolean dismiss() {
    isDismissed = !hasRun;
    return isDismissed;
  }

  /** Whether this worker may take a batch; once it has, it can't be dismissed. */
  private synchronized boolean claim() {
    hasRun = hasRun || !isDismissed;
    return !isDismissed;
  }

  private void open(Opening opening) {
    Thread current = Thread.currentThread();
    ClassLoader before = current.getContextClassLoader();
    current.setContextClassLoader(loader);
    thread = current;
    BatchPipeline.Runner runner = NO_BATCHES;
    try {
      runner = opening.open();
      if (runner != NO_BATCHES) {
        runAll(runner);
      }
    } catch (Throwable e) { // handed to the thread of the task
      failure = e;
    } finally {
      close(runner);
      leave();
      current.setContextClassLoader(before);
      over.countDown();
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

  private void close(BatchPipeline.Runner runner) {
    if (runner instanceof BatchHelp.Helper helper) {
      try {
        helper.close();
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = e;
        }
      }
    }
  }

  private void runAll(BatchPipeline.Runner runner) throws InterruptedException {
    long start = System.nanoTime();
    Optional<StagedBatch> staged = next();
    while (staged.isPresent()) {
      long began = System.nanoTime();
      waitNanos += began - start;
      runsBatch = true;
      try {
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

  /** The next batch; empty if there is none, or if this worker must not stay. */
  private Optional<StagedBatch> next() throws InterruptedException {
    while (stays.getAsBoolean() && claim()) {
      Optional<StagedBatch> next = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (next != null) {
        if (next.isEmpty()) {
          queue.offer(next); // the other workers need to know it, too
        }
        return next;
      }
      if (isHelper) {
        return Optional.empty(); // another task may have more to do
      }
    }
    return Optional.empty();
  }

  /**
   * Stops the worker, whatever it is doing, and frees batches that were not run. Returns earlier if
   * the worker is abandoned or dismissed.
   */
  void stop() {
    boolean interrupted = Thread.interrupted();
    while (over.getCount() > 0 && !isAbandoned.getAsBoolean() && !dismiss()) {
      freeQueue();
      queue.offer(Optional.empty());
      interrupt();
      try {
        over.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    freeQueue();
    queue.offer(Optional.empty()); // for workers that are left behind
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void freeQueue() {
    List<Optional<StagedBatch>> rest = new ArrayList<>();
    queue.drainTo(rest);
    rest.forEach(staged -> staged.ifPresent(StagedBatch::close));
  }

  void rethrow() throws InterruptedException {
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

  /** Provides a runner, on the thread that runs the batches. */
  @FunctionalInterface
  private interface Opening {
    BatchPipeline.Runner open() throws InterruptedException;
  }
}
