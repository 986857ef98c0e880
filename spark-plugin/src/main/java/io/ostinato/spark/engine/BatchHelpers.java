package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.resident.IdleSlots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The idle slots that help a task with the batches of its queue. Thread-safe. */
final class BatchHelpers {
  private static final Logger log = LoggerFactory.getLogger(BatchHelpers.class);

  private final BlockingQueue<Optional<StagedBatch>> queue;
  private final Executor workers;
  private final IdleSlots.Task task;
  private final BatchHelp help;
  private final BooleanSupplier isAbandoned;
  private final ClassLoader loader = Thread.currentThread().getContextClassLoader();

  // Guarded by this.
  private final List<BatchHelper> helpers = new ArrayList<>();
  private long endedNanos;

  /**
   * Creates the helpers of a task, none of which has started.
   *
   * @param queue has the batches; an empty one marks the end
   * @param workers provide their threads
   * @param isAbandoned whether not to wait for their end
   */
  BatchHelpers(
      BlockingQueue<Optional<StagedBatch>> queue,
      Executor workers,
      IdleSlots.Task task,
      BatchHelp help,
      BooleanSupplier isAbandoned) {
    this.queue = queue;
    this.workers = workers;
    this.task = task;
    this.help = help;
    this.isAbandoned = isAbandoned;
  }

  /** Whether the task can be helped at present, if a slot is idle. */
  boolean arePossible() {
    return help.isPossible();
  }

  /**
   * Starts one if a batch waits while all that are there run others.
   *
   * @param isRunning whether the task itself runs a batch
   */
  synchronized boolean start(boolean isRunning) {
    Optional<StagedBatch> next = queue.peek();
    boolean isOfUse = isRunning && next != null && next.isPresent();
    if (!isOfUse || !help.isPossible() || !helpers.stream().allMatch(BatchHelpers::leavesABatch)) {
      return false;
    }
    forgetEnded();
    BatchHelper helper = new BatchHelper(queue, loader, isAbandoned, task);
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
    return helper.isOver() ? hasEndedWell(helper) : helper.isRunning();
  }

  private static boolean hasEndedWell(BatchHelper helper) {
    return helper.isOver() && helper.goesOn() && !helper.isRefused();
  }

  /** Keeps the time of helpers that have ended well, and nothing else of them. */
  private void forgetEnded() {
    List<BatchHelper> ended = helpers.stream().filter(BatchHelpers::hasEndedWell).toList();
    endedNanos += ended.stream().mapToLong(BatchHelper::runNanos).sum();
    helpers.removeAll(ended);
  }

  /** Whether none has failed. */
  boolean goOn() {
    return all().stream().allMatch(BatchHelper::goesOn);
  }

  /** The number of those that haven't ended. */
  int count() {
    return (int) all().stream().filter(helper -> !helper.isOver()).count();
  }

  /** Waits for their last batches, once the queue is marked as ended. */
  void awaitEnd() throws InterruptedException {
    for (BatchHelper helper : all()) {
      if (!helper.dismiss()) {
        helper.awaitEnd(() -> {});
      }
    }
  }

  /** Stops them, whatever they are doing. */
  void stop() {
    all().forEach(BatchHelper::stop);
  }

  /** Throws what one of them has failed with, if one has. */
  void rethrow() throws InterruptedException {
    for (BatchHelper helper : all()) {
      if (!helper.goesOn()) {
        helper.rethrow();
      }
    }
  }

  /** Time that they have spent running batches; read only after their end. */
  synchronized long runNanos() {
    forgetEnded();
    return endedNanos;
  }

  private synchronized List<BatchHelper> all() {
    return List.copyOf(helpers);
  }
}
