package io.ostinato.libraries;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A turn to use the engine. PyTorch has one random number generator for each device of a process,
 * and DJL allows one gradient collector in a process. A training therefore computes alone, from the
 * moment at which it sets the generator; batches of evaluations compute together, but not at the
 * same time as a training. Turns are granted in the order of the requests.
 *
 * <p>A thread has at most one turn; further turns of the same thread are part of it. A thread that
 * has a turn must not wait for another thread that needs one. {@link #close} ends a turn, has no
 * effect the second time, and can be called by any thread.
 */
public final class EngineTurn implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EngineTurn.class);

  private static final int ALL = Integer.MAX_VALUE;
  private static final int ONE = 1;
  private static final int NONE = 0;
  private static final long REPORT_SECONDS = 60;

  private static final Semaphore PERMITS = new Semaphore(ALL, true);
  private static final Map<Thread, EngineTurn> TURNS = new ConcurrentHashMap<>();

  private final Thread thread = Thread.currentThread();
  private final int permits;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EngineTurn(int permits) {
    this.permits = permits;
  }

  /**
   * Waits for the turn of a training, which then computes alone.
   *
   * @throws IllegalStateException if this thread has a turn already: a training inside another's
   *     forward, or inside an evaluation
   */
  public static EngineTurn toTrain() {
    if (TURNS.containsKey(Thread.currentThread())) {
      throw new IllegalStateException(
          "a training can't run inside processData or a model's forward, which hold the engine;"
              + " train before or after it");
    }
    return takeUninterruptibly(ALL);
  }

  /** Waits for the turn of a thread that loads a model, which may happen together with others. */
  public static EngineTurn toLoad() {
    return TURNS.containsKey(Thread.currentThread())
        ? new EngineTurn(NONE)
        : takeUninterruptibly(ONE);
  }

  /**
   * Waits for the turn of a batch, which may run together with other batches.
   *
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  public static EngineTurn toEvaluate() throws InterruptedException {
    return TURNS.containsKey(Thread.currentThread()) ? new EngineTurn(NONE) : take(ONE);
  }

  /**
   * Waits for the turn of a batch that sets the random number generator and then runs alone.
   *
   * @throws InterruptedException if this thread is interrupted while it waits
   * @throws IllegalStateException if this thread has a turn that it shares with others
   */
  public static EngineTurn toEvaluateAlone() throws InterruptedException {
    EngineTurn current = TURNS.get(Thread.currentThread());
    if (current == null) {
      return take(ALL);
    }
    if (current.permits != ALL) {
      throw new IllegalStateException(
          "a model that sets the random number generator can't be evaluated inside processData of"
              + " another; evaluate it before or after");
    }
    return new EngineTurn(NONE);
  }

  /**
   * Ends the turn of a thread that hangs, so that others can continue. Random numbers that it draws
   * from then on may be those of a training.
   */
  public static void abandon(Thread hanging) {
    EngineTurn turn = TURNS.get(hanging);
    if (turn != null) {
      log.warn("thread '{}' hangs, and loses its turn to use the engine", hanging.getName());
      turn.close();
    }
  }

  /** Whether this turn excludes all others. */
  boolean isAlone() {
    return permits == ALL;
  }

  @Override
  public void close() {
    if (permits != NONE && closed.compareAndSet(false, true)) {
      TURNS.remove(thread, this);
      PERMITS.release(permits);
    }
  }

  private static EngineTurn takeUninterruptibly(int permits) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return take(permits);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static EngineTurn take(int permits) throws InterruptedException {
    if (!takeNow(permits)) {
      while (!PERMITS.tryAcquire(permits, REPORT_SECONDS, TimeUnit.SECONDS)) {
        log.warn(
            "thread '{}' has waited {} s for its turn to use the engine, which has: {}",
            Thread.currentThread().getName(),
            REPORT_SECONDS,
            TURNS.keySet().stream()
                .map(Thread::getName)
                .sorted()
                .collect(Collectors.joining(", ")));
      }
    }
    EngineTurn turn = new EngineTurn(permits);
    TURNS.put(turn.thread, turn);
    return turn;
  }

  /** Doesn't wait, and so succeeds on a thread whose interrupt flag is set. */
  private static boolean takeNow(int permits) throws InterruptedException {
    boolean interrupted = Thread.interrupted();
    try {
      return PERMITS.tryAcquire(permits, 0, TimeUnit.SECONDS); // unlike tryAcquire(n), in order
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
