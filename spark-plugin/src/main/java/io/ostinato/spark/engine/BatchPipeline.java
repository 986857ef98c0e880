package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads batches and runs them. With a depth of at least one, the thread of the task reads ahead of
 * a second thread that runs the batches, so that decoding, copying and forward overlap. Spark's
 * iterators are read by the thread of the task, as Spark requires. At most depth + 2 batches are
 * staged at a time.
 *
 * @param <T> type of the batches that are read
 */
final class BatchPipeline<T> {
  /** Runs one batch and closes it. */
  interface Runner {
    void run(StagedBatch batch) throws InterruptedException;
  }

  private static final long POLL_MILLIS = 20;

  private final Function<T, StagedBatch> stage;
  private final Runner runner;
  private final BooleanSupplier isAbandoned;
  private long readNanos;
  private long runNanos;

  BatchPipeline(Function<T, StagedBatch> stage, Runner runner) {
    this(stage, runner, () -> false);
  }

  /**
   * Creates a pipeline.
   *
   * @param isAbandoned whether to leave behind a second thread that doesn't end when it is
   *     interrupted; it ends after its present batch
   */
  BatchPipeline(Function<T, StagedBatch> stage, Runner runner, BooleanSupplier isAbandoned) {
    this.stage = stage;
    this.runner = runner;
    this.isAbandoned = isAbandoned;
  }

  /**
   * Runs all batches in order. The first failure is thrown; no batch stays staged.
   *
   * @param depth maximum number of staged batches that wait; 0 runs everything on this thread
   * @param workers provide the second thread
   */
  void run(Iterator<T> batches, int depth, Executor workers) throws InterruptedException {
    if (depth < 1) {
      runAlone(batches);
    } else {
      runAhead(batches, depth, workers);
    }
  }

  /** Time spent waiting for batches and staging them that did not overlap with the runner. */
  long readNanos() {
    return readNanos;
  }

  long runNanos() {
    return runNanos;
  }

  private void runAlone(Iterator<T> batches) throws InterruptedException {
    long start = System.nanoTime();
    while (batches.hasNext()) {
      StagedBatch staged = stage.apply(batches.next());
      long began = System.nanoTime();
      readNanos += began - start;
      runner.run(staged);
      start = System.nanoTime();
      runNanos += start - began;
    }
    readNanos += System.nanoTime() - start;
  }

  private void runAhead(Iterator<T> batches, int depth, Executor workers)
      throws InterruptedException {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    Worker worker = new Worker(new ArrayBlockingQueue<>(depth), loader);
    workers.execute(worker);
    try {
      while (worker.goesOn() && batches.hasNext()) {
        handOver(stage.apply(batches.next()), worker);
      }
      worker.offer(Optional.empty());
      worker.over.await();
    } finally {
      worker.stop();
    }
    readNanos = worker.waitNanos;
    runNanos = worker.runNanos;
    worker.rethrow();
  }

  private void handOver(StagedBatch staged, Worker worker) throws InterruptedException {
    boolean handedOver = false;
    try {
      handedOver = worker.offer(Optional.of(staged));
    } finally {
      if (!handedOver) {
        staged.close();
      }
    }
  }

  /** Runs the batches that the task has staged. Its times are read only after it has ended. */
  private final class Worker implements Runnable {
    private final BlockingQueue<Optional<StagedBatch>> queue;
    private final ClassLoader loader;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private volatile @Nullable Throwable failure;
    private long waitNanos;
    private long runNanos;

    Worker(BlockingQueue<Optional<StagedBatch>> queue, ClassLoader loader) {
      this.queue = queue;
      this.loader = loader;
    }

    boolean goesOn() {
      return failure == null;
    }

    /**
     * Hands a batch over; an empty one marks the end. Returns false if the worker has failed and
     * will not run it.
     */
    boolean offer(Optional<StagedBatch> staged) throws InterruptedException {
      while (goesOn()) {
        if (queue.offer(staged, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void run() {
      Thread current = Thread.currentThread();
      ClassLoader before = current.getContextClassLoader();
      current.setContextClassLoader(loader);
      thread = current;
      try {
        runAll();
      } catch (Throwable e) { // handed to the thread of the task
        failure = e;
      } finally {
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

    private void runAll() throws InterruptedException {
      long start = System.nanoTime();
      Optional<StagedBatch> staged = queue.take();
      while (staged.isPresent()) {
        long began = System.nanoTime();
        waitNanos += began - start;
        runner.run(staged.get());
        start = System.nanoTime();
        runNanos += start - began;
        staged = queue.take();
      }
      waitNanos += System.nanoTime() - start;
    }

    /**
     * Stops the worker, whatever it is doing, and frees batches that were not run. Returns earlier
     * if the worker is abandoned.
     */
    void stop() {
      boolean interrupted = Thread.interrupted();
      while (over.getCount() > 0 && !isAbandoned.getAsBoolean()) {
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
      if (over.getCount() > 0) {
        queue.offer(Optional.empty());
      }
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
  }
}
