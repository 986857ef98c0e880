package io.ostinato.spark.engine;

import io.ostinato.spark.resident.LocalMode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Keeps why executors were lost, since the exception of a job doesn't always say it. Thread-safe.
 */
final class InternalExecutors extends SparkListener implements AutoCloseable {
  private static final int MOST_KEPT = 20;

  private final SparkContext context;
  private final Map<String, String> hosts = new HashMap<>();
  private final Deque<Loss> kept = new ArrayDeque<>();
  private long losses;
  private String exhausted = "";

  private InternalExecutors(SparkContext context) {
    this.context = context;
  }

  static InternalExecutors listen(SparkContext context) {
    InternalExecutors executors = new InternalExecutors(context);
    context.addSparkListener(executors);
    return executors;
  }

  /**
   * An executor that was lost.
   *
   * @param number counts all losses, from 1
   */
  record Loss(long number, String executor, String host, String reason) {
    @Override
    public String toString() {
      return host.isEmpty() ? executor : executor + " on " + host;
    }
  }

  @Override
  public synchronized void onExecutorAdded(SparkListenerExecutorAdded added) {
    hosts.put(added.executorId(), added.executorInfo().executorHost());
  }

  @Override
  public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    String host = hosts.remove(removed.executorId());
    losses++;
    kept.addLast(
        new Loss(losses, removed.executorId(), host == null ? "" : host, removed.reason()));
    if (kept.size() > MOST_KEPT) {
      kept.removeFirst();
    }
  }

  /** Spark ends the process of a task that runs out of memory, even if it is this one. */
  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd ended) {
    if (ended.reason() instanceof ExceptionFailure failure
        && LocalMode.isDriver(ended.taskInfo().executorId())
        && failure.className().equals(OutOfMemoryError.class.getName())) {
      exhausted = failure.description();
    }
  }

  /** The number of executors that have been lost so far. */
  synchronized long losses() {
    return losses;
  }

  /** The losses after this many, the last 20 at most, in order. */
  synchronized List<Loss> after(long number) {
    return kept.stream().filter(loss -> loss.number() > number).toList();
  }

  /** The last loss, if any. */
  synchronized Optional<Loss> last() {
    return Optional.ofNullable(kept.peekLast());
  }

  /** What a task in this process ran out of, after which Spark ends the process; empty if none. */
  synchronized String exhausted() {
    return exhausted;
  }

  @Override
  public void close() {
    context.removeSparkListener(this);
  }
}
