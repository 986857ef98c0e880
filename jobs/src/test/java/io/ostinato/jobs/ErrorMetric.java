package io.ostinato.jobs;

import io.ostinato.metric.MeanState;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The cross entropy, except that each of these errors is thrown once, in a task. */
public final class ErrorMetric implements Metric<MeanState> {
  private static final long serialVersionUID = 1;

  /** What is thrown next, in this process. */
  static final Queue<Throwable> ERRORS = new ConcurrentLinkedQueue<>();

  private final Metric<MeanState> crossEntropy = Metrics.crossEntropy();

  public ErrorMetric(Map<String, Object> options) {
    if (!options.isEmpty()) {
      throw new IllegalArgumentException("no options expected: " + options);
    }
  }

  @Override
  public String name() {
    return "errors";
  }

  @Override
  public MeanState zero() {
    return crossEntropy.zero();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    Throwable next = ERRORS.poll();
    if (next instanceof Error error) {
      throw error;
    } else if (next != null) {
      throw (RuntimeException) next;
    }
    return crossEntropy.update(state, batch);
  }

  @Override
  public MeanState merge(MeanState left, MeanState right) {
    return crossEntropy.merge(left, right);
  }

  @Override
  public double result(MeanState state) {
    return crossEntropy.result(state);
  }
}
