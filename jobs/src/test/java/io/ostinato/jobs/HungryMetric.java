package io.ostinato.jobs;

import io.ostinato.metric.MeanState;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import java.util.ArrayList;
import java.util.List;

/** A metric that takes all memory of the process that computes it. */
public final class HungryMetric implements Metric<MeanState> {
  private static final long serialVersionUID = 1;
  private final Metric<MeanState> crossEntropy = Metrics.crossEntropy();

  @Override
  public String name() {
    return "hungry";
  }

  @Override
  public MeanState zero() {
    return crossEntropy.zero();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
    List<long[]> all = new ArrayList<>();
    while (true) {
      all.add(new long[10_000_000]);
    }
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
