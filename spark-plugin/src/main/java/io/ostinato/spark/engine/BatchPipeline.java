package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.resident.IdleSlots;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Reads batches and runs them. Either the thread of the task reads ahead of a second thread that
 * runs the batches, so that decoding and forward overlap, and copying where {@link BatchStaging}
 * allows it. Then at most depth + 2 batches are staged at a time, and one more for each helper. Or
 * one thread does both, and reads ahead only if helpers are allowed: as many batches, and two more
 * for each helper. Spark's iterators are read by the thread of the task, as Spark requires. Helpers
 * are idle slots of the process that take over batches that wait; then these don't run in their
 * order.
 *
 * @param <T> type of the batches that are read
 */
final class BatchPipeline<T> {
  /** Runs one batch and closes it. */
  interface Runner {
    void run(StagedBatch batch) throws InterruptedException;
  }

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
   * Runs all batches in order, without help. The first failure is thrown; no batch stays staged.
   *
   * @param depth maximum number of staged batches that wait; 0 runs everything on this thread
   * @param workers provide the second thread
   */
  void run(Iterator<T> batches, int depth, Executor workers) throws InterruptedException {
    try (IdleSlots.Task alone = new IdleSlots().begin(new IdleSlots.Stage(0, 0, 1), 0)) {
      run(batches, depth, workers, alone, BatchHelp.NONE);
    }
  }

  /**
   * Runs all batches. The first failure is thrown; no batch stays staged.
   *
   * @param depth maximum number of staged batches that wait; 0 runs everything on this thread,
   *     without help
   * @param workers provide the other threads
   * @param task is helped by idle slots
   */
  void run(Iterator<T> batches, int depth, Executor workers, IdleSlots.Task task, BatchHelp help)
      throws InterruptedException {
    if (depth < 1) {
      runAlone(batches);
    } else {
      new Ahead(depth, workers, task, help).run(batches);
    }
  }

  /**
   * Runs all batches on this thread, but for those that helpers take. The first failure is thrown;
   * no batch stays staged.
   *
   * @param depth how many batches wait beyond those for present helpers and one that may start; 0
   *     for no help
   * @param workers provide the threads of helpers
   * @param task is helped by idle slots
   */
  void runHere(
      Iterator<T> batches, int depth, Executor workers, IdleSlots.Task task, BatchHelp help)
      throws InterruptedException {
    if (depth < 1) {
      runAlone(batches);
    } else {
      new Here(depth, workers, task, help).run(batches);
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

  /** One run of batches on other threads than the one that reads them. */
  private final class Ahead {
    private final BatchWorker first;
    private final Executor workers;
    private final IdleSlots.Task task;
    private final BatchHelpers helpers;

    Ahead(int depth, Executor workers, IdleSlots.Task task, BatchHelp help) {
      BlockingQueue<Optional<StagedBatch>> queue = new ArrayBlockingQueue<>(depth);
      this.first =
          new BatchWorker(queue, Thread.currentThread().getContextClassLoader(), isAbandoned);
      this.workers = workers;
      this.task = task;
      this.helpers = new BatchHelpers(queue, workers, task, help, isAbandoned);
    }

    void run(Iterator<T> batches) throws InterruptedException {
      workers.execute(() -> first.run(runner));
      task.offer(() -> helpers.start(first.isRunning()));
      try {
        while (first.goesOn() && helpers.goOn() && batches.hasNext()) {
          handOver(stage.apply(batches.next()));
          task.ask();
        }
        first.offer(Optional.empty(), task::ask);
        first.awaitEnd(task::ask);
        task.withdraw();
        if (first.goesOn()) { // else nothing tells the helpers that there is no more
          helpers.awaitEnd();
        }
      } finally {
        task.withdraw();
        helpers.stop();
        first.stop();
      }
      first.rethrow();
      helpers.rethrow();
      readNanos = first.waitNanos();
      runNanos = first.runNanos() + helpers.runNanos();
    }

    private void handOver(StagedBatch staged) throws InterruptedException {
      boolean handedOver = false;
      try {
        handedOver = first.offer(Optional.of(staged), task::ask);
      } finally {
        if (!handedOver) {
          staged.close();
        }
      }
    }
  }

  /** One run of batches on the thread that reads them. */
  private final class Here {
    private final BlockingQueue<Optional<StagedBatch>> queue = new LinkedBlockingQueue<>();
    private final int depth;
    private final IdleSlots.Task task;
    private final BatchHelpers helpers;
    private volatile boolean runsBatch;

    Here(int depth, Executor workers, IdleSlots.Task task, BatchHelp help) {
      this.depth = depth;
      this.task = task;
      this.helpers = new BatchHelpers(queue, workers, task, help, isAbandoned);
    }

    void run(Iterator<T> batches) throws InterruptedException {
      task.offer(() -> helpers.start(runsBatch));
      try {
        long start = System.nanoTime();
        while (helpers.goOn() && fill(batches)) {
          Optional<StagedBatch> next = queue.poll();
          long began = System.nanoTime();
          readNanos += began - start;
          if (next != null) { // else helpers have taken all
            runOne(next.orElseThrow());
          }
          start = System.nanoTime();
          runNanos += start - began;
        }
        task.withdraw();
        if (helpers.goOn()) {
          queue.add(Optional.empty());
          helpers.awaitEnd();
        }
      } finally {
        task.withdraw();
        helpers.stop();
        BatchWorker.free(queue);
      }
      helpers.rethrow();
      runNanos += helpers.runNanos();
    }

    /** Reads a batch for this thread and some for helpers; false if none is left. */
    private boolean fill(Iterator<T> batches) {
      int most = 1 + (helpers.arePossible() ? depth + 1 + helpers.count() : 0);
      while (queue.size() < most && batches.hasNext()) {
        queue.add(Optional.of(stage.apply(batches.next())));
      }
      return !queue.isEmpty() || batches.hasNext();
    }

    private void runOne(StagedBatch staged) throws InterruptedException {
      runsBatch = true;
      try {
        task.ask();
        runner.run(staged);
      } finally {
        runsBatch = false;
      }
    }
  }
}
