package io.ostinato.evaluation;

import io.ostinato.libraries.EngineTurn;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work on a thread of its own, which is interrupted at a deadline, and abandoned if it doesn't end
 * then.
 *
 * @param <T> type of the result
 */
final class TimedRun<T> {
  private static final Logger log = LoggerFactory.getLogger(EvaluationEngine.class);

  private final FutureTask<T> work;
  private final Thread thread;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean isOver = new AtomicBoolean();

  private final Consumer<T> discard;

  private TimedRun(Callable<T> work, Consumer<T> discard, Runnable afterAbandoned) {
    this.work = new FutureTask<>(work);
    this.discard = discard;
    this.thread = new Thread(() -> run(afterAbandoned), "ostinato-evaluation");
    thread.setDaemon(true);
  }

  /**
   * Starts work.
   *
   * @param discard frees a result that came too late
   * @param afterAbandoned called when the work ends after all, on its thread
   */
  static <T> TimedRun<T> start(Callable<T> work, Consumer<T> discard, Runnable afterAbandoned) {
    TimedRun<T> run = new TimedRun<>(work, discard, afterAbandoned);
    run.thread.start();
    return run;
  }

  /**
   * Waits for the result.
   *
   * @throws TimeoutException if there is none in time
   * @throws ExecutionException if the work throws
   */
  T await(Duration most) throws InterruptedException, ExecutionException, TimeoutException {
    return work.get(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Interrupts the work and waits for its end. Work that is abandoned loses its turn to use the
   * engine, which a training may wait for.
   *
   * @return whether it has ended in time; otherwise it is abandoned
   */
  boolean end(Duration grace) {
    thread.interrupt();
    boolean interrupted = false;
    long until = System.nanoTime() + grace.toNanos();
    while (ended.getCount() > 0 && System.nanoTime() < until) {
      try {
        if (ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    boolean hasEnded = !isOver.compareAndSet(false, true);
    if (hasEnded) {
      discardResult();
    } else {
      EngineTurn.abandon(thread);
    }
    return hasEnded;
  }

  /** See {@link ThreadPlace}. */
  String place() {
    return ThreadPlace.of(thread);
  }

  private void run(Runnable afterAbandoned) {
    work.run();
    boolean wasAbandoned = !isOver.compareAndSet(false, true);
    ended.countDown();
    if (wasAbandoned) {
      discardResult();
      afterAbandoned.run();
    }
  }

  /** Frees the result of work that has ended, if it has one. */
  private void discardResult() {
    try {
      discard.accept(work.get());
    } catch (ExecutionException e) {
      log.debug("there is no result to discard", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
