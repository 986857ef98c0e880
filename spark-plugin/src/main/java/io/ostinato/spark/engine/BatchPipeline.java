package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.resident.IdleSlots;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads batches and runs them. With a depth of at least one, the thread of the task reads ahead of
 * a second thread that runs the batches, so that decoding and forward overlap, and copying where
 * {@link BatchStaging} allows it. Spark's iterators are read by the thread of the task, as Spark
 * requires. Idle slots of the process can take over batches that wait; then they don't run in their
 * order. At most depth + 2 batches are staged at a time, and one more for each helper.
 *
 * @param <T> type of the batches that are read
 */
final class BatchPipeline<T> {
  /** Runs one batch and closes it. */
  interface Runner {
    void run(StagedBatch batch) throws InterruptedException;
  }

  private static final Logger log = LoggerFactory.getLogger(BatchPipeline.class);

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
   * @param depth maximum number of staged batches that wait; 0 runs everything on this thread
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
    private final BlockingQueue<Optional<StagedBatch>> queue;
    private final ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private final Executor workers;
    private final IdleSlots.Task task;
    private final BatchHelp help;
    private final BatchWorker first;

    // Guarded by this.
    private final List<BatchHelper> helpers = new ArrayList<>();
    private long endedNanos;

    Ahead(int depth, Executor workers, IdleSlots.Task task, BatchHelp help) {
      this.queue = new ArrayBlockingQueue<>(depth);
      this.workers = workers;
      this.task = task;
      this.help = help;
      this.first = new BatchWorker(queue, loader, isAbandoned);
    }

    void run(Iterator<T> batches) throws InterruptedException {
      workers.execute(() -> first.run(runner));
      task.offer(this::startHelper);
      try {
        while (goesOn() && batches.hasNext()) {
          handOver(stage.apply(batches.next()));
          task.ask();
        }
        first.offer(Optional.empty(), task::ask);
        first.awaitEnd(task::ask);
        task.withdraw();
        if (first.goesOn()) { // else nothing tells the helpers that there is no more
          for (BatchHelper helper : helpers()) {
            if (!helper.dismiss()) {
              helper.awaitEnd(() -> {});
            }
          }
        }
      } finally {
        task.withdraw();
        helpers().forEach(BatchHelper::stop);
        first.stop();
      }
      first.rethrow();
      for (BatchHelper helper : helpers()) {
        if (!helper.goesOn()) {
          helper.rethrow();
        }
      }
      readNanos = first.waitNanos();
      runNanos = first.runNanos() + helpedNanos();
    }

    private synchronized long helpedNanos() {
      forgetEnded();
      return endedNanos;
    }

    /** Keeps the time of helpers that have ended well, and nothing else of them. */
    private void forgetEnded() {
      List<BatchHelper> ended =
          helpers.stream()
              .filter(helper -> helper.isOver() && helper.goesOn() && !helper.isRefused())
              .toList();
      endedNanos += ended.stream().mapToLong(BatchHelper::runNanos).sum();
      helpers.removeAll(ended);
    }

    private boolean goesOn() {
      return first.goesOn() && helpers().stream().allMatch(BatchHelper::goesOn);
    }

    private synchronized List<BatchHelper> helpers() {
      return List.copyOf(helpers);
    }

    /** Starts a helper if a batch waits while all that are there run others. */
    private synchronized boolean startHelper() {
      Optional<StagedBatch> next = queue.peek();
      boolean isOfUse = first.isRunning() && next != null && next.isPresent();
      if (!isOfUse || !help.isPossible() || !helpers.stream().allMatch(Ahead::leavesABatch)) {
        return false;
      }
      forgetEnded();
      BatchHelper helper = new BatchHelper(queue, loader, isAbandoned, task::canBeHelped);
      try {
        workers.execute(
            () -> {
              try {
                helper.run(help);
              } finally {
                task.helperEnded();
              }
            });
      } catch (RuntimeException | OutOfMemoryError e) { // no thread can be created
        log.debug("a task is not helped", e);
        return false;
      }
      helpers.add(helper);
      return true;
    }

    /** Whether a batch that waits is not for this helper, and others can be opened. */
    private static boolean leavesABatch(BatchHelper helper) {
      return helper.isOver() ? helper.goesOn() && !helper.isRefused() : helper.isRunning();
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
}
