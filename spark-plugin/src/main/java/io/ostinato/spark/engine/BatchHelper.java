package io.ostinato.spark.engine;

import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.resident.IdleSlots;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over batches of a task in place of another one, as long as some wait. It can be dismissed
 * until it has taken the first.
 */
final class BatchHelper extends BatchWorker {
  private static final Logger log = LoggerFactory.getLogger(BatchHelper.class);

  private final IdleSlots.Task task;

  // Guarded by this.
  private boolean takes;
  private boolean isDismissed;
  private boolean isRefused;

  /**
   * Creates a helper that hasn't begun.
   *
   * @param queue has the batches; an empty one marks the end
   * @param loader the class loader of the task
   * @param isAbandoned whether not to wait for its end
   * @param task the task that it helps
   */
  BatchHelper(
      BlockingQueue<Optional<StagedBatch>> queue,
      ClassLoader loader,
      BooleanSupplier isAbandoned,
      IdleSlots.Task task) {
    super(queue, loader, isAbandoned);
    this.task = task;
  }

  /** Helps on this thread, unless that isn't possible: the other workers run all batches then. */
  void run(BatchHelp help) {
    work(
        () -> {
          Optional<BatchHelp.OpenRunner> opened = open(help);
          if (opened.isPresent()) {
            try (BatchHelp.OpenRunner runner = opened.get()) {
              runAll(runner);
            }
          }
        });
  }

  private Optional<BatchHelp.OpenRunner> open(BatchHelp help) throws InterruptedException {
    try {
      return Optional.of(help.open());
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) { // including checked exceptions that Spark doesn't declare
      log.debug("a task is not helped", e);
      synchronized (this) {
        isRefused = true;
      }
      return Optional.empty();
    }
  }

  /** Whether helping wasn't possible. */
  synchronized boolean isRefused() {
    return isRefused;
  }

  /**
   * Tells it to take no batch, unless it takes one already; then it need not be waited for. Returns
   * whether it doesn't.
   */
  synchronized boolean dismiss() {
    isDismissed = !takes;
    return isDismissed;
  }

  /** Whether it may take a batch; from then on, it can't be dismissed. */
  private synchronized boolean claim() {
    takes = takes || !isDismissed;
    return !isDismissed;
  }

  /** Lets a further slot help with what still waits. */
  @Override
  void begins() {
    task.ask();
  }

  /** Doesn't wait for long, since another task may have more to do. */
  @Override
  Optional<StagedBatch> next() throws InterruptedException {
    Optional<StagedBatch> next = task.canBeHelped() && claim() ? poll() : null;
    return next == null ? Optional.empty() : next;
  }

  @Override
  boolean canBeLeft() {
    return super.canBeLeft() || dismiss();
  }
}
