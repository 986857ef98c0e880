package io.ostinato.training;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.training.Evaluations.WhenFull;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which evaluations run beside training: one for each moment, and at most as many at
 * once as may be in flight. Thread-safe.
 */
final class EvaluationThreads {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  /** How long a cancelled evaluation may take to end. */
  static final Duration GRACE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(500);

  private final OptionalInt limit;
  private final WhenFull whenFull;
  private int running;
  private @Nullable Work next;

  EvaluationThreads(Evaluations evaluations) {
    this.limit = evaluations.limit();
    this.whenFull = evaluations.whenFull();
  }

  /** The evaluations of one moment, which run, have run, or wait to begin. */
  final class Work {
    private final LaunchedEvaluations evaluations;
    private final String name;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private @Nullable Thread thread;
    private boolean isLeftOut;

    private Work(LaunchedEvaluations evaluations, String name) {
      this.evaluations = evaluations;
      this.name = name;
    }

    boolean hasEnded() {
      return end.isDone();
    }

    /**
     * Waits for the end.
     *
     * @return this
     * @throws EvaluationException if this thread is interrupted
     */
    Work await() {
      try {
        end.get();
        return this;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EvaluationException(
            "training was interrupted while it waited for the evaluations of " + name, e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("the evaluations of %s failed".formatted(name), e);
      }
    }

    /** Interrupts the evaluations, or doesn't begin them. */
    void cancel() {
      evaluations.cancel();
      interrupt(this);
    }

    /**
     * Waits for the end of cancelled evaluations, at most until a time of {@code nanoTime}.
     * Interrupts them again and again, since something that they call may have ignored it.
     */
    void awaitCancelled(long deadlineNanos) {
      while (!end.isDone() && System.nanoTime() < deadlineNanos) {
        try {
          end.get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        } catch (ExecutionException e) {
          log.debug("cancelled evaluations of {} have failed", name, e);
        } catch (TimeoutException e) {
          interrupt(this);
        }
      }
      if (!end.isDone()) {
        log.warn("the evaluations of {} don't end although they were cancelled", name);
      }
    }

    private void run() {
      try {
        evaluations.run();
        ended();
        end.complete(null);
      } catch (Throwable e) { // training would wait for ever
        ended();
        end.completeExceptionally(e);
      }
    }

    /** Whether the evaluations were left out. */
    boolean isLeftOut() {
      synchronized (EvaluationThreads.this) {
        return isLeftOut;
      }
    }

    private void leaveOut(String reason) {
      isLeftOut = true;
      log.warn("callbacks {} are not evaluated at {}: {}", evaluations.callbacks(), name, reason);
      evaluations.skip(reason);
      end.complete(null);
    }
  }

  /**
   * Runs evaluations on a thread of their own as soon as the number in flight allows, or leaves
   * them out.
   *
   * @param name the moment, such as {@code E1_U22_S1408}
   * @param isBlocked whether too many earlier moments wait for one whose evaluations run
   * @throws EvaluationException if this thread is interrupted while it waits
   */
  synchronized Work launch(LaunchedEvaluations evaluations, String name, boolean isBlocked) {
    Work work = new Work(evaluations, name);
    boolean isFull = isFull() || isBlocked && running > 0;
    if (isFull && whenFull == WhenFull.SKIP) {
      work.leaveOut("in_flight=%s is reached".formatted(limit.getAsInt()));
    } else if (isFull && whenFull == WhenFull.REPLACE) {
      if (next != null) {
        next.leaveOut("%s took its place".formatted(name));
      }
      next = work;
    } else {
      awaitPlace(name);
      begin(work);
    }
    return work;
  }

  private void awaitPlace(String name) {
    try {
      while (isFull()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EvaluationException(
          "training was interrupted while the evaluations of %s waited to begin".formatted(name),
          e);
    }
  }

  private boolean isFull() {
    return limit.isPresent() && running >= limit.getAsInt();
  }

  private void begin(Work work) {
    running++;
    Thread thread = new Thread(work::run, "evaluations of " + work.name);
    thread.setDaemon(true);
    work.thread = thread;
    thread.start();
  }

  private synchronized void ended() {
    running--;
    Work waiting = next;
    if (waiting != null && !isFull()) {
      next = null;
      begin(waiting);
    }
    notifyAll();
  }

  private synchronized void interrupt(Work work) {
    if (work == next) {
      next = null;
      work.end.complete(null);
    } else if (work.thread != null) {
      work.thread.interrupt();
    }
  }
}
