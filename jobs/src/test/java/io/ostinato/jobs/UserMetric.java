package io.ostinato.jobs;

import io.ostinato.metric.Direction;
import io.ostinato.metric.MeanState;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A metric as a user writes it: the cross entropy, under a name and with a direction as told. */
public final class UserMetric implements Metric<MeanState> {
  private static final long serialVersionUID = 1;
  private final Metric<MeanState> crossEntropy = Metrics.crossEntropy();
  private final String name;
  private final String direction;

  /**
   * A metric with these options: {@code name}, and {@code direction}, which may be left out: {@code
   * higher_is_better}, {@code lower_is_better} or {@code neutral}.
   */
  public UserMetric(Map<String, Object> options) {
    this.name = String.valueOf(options.get("name"));
    this.direction = String.valueOf(options.getOrDefault("direction", ""));
  }

  /** As a configuration and a command line write it. */
  public static String yaml(String name, String direction) {
    return "{kind: %s, options: {name: %s, direction: %s}}"
        .formatted(UserMetric.class.getName(), name, direction);
  }

  /** As {@link #yaml(String, String)}, of a metric that says nothing. */
  public static String yaml(String name) {
    return "{kind: %s, options: {name: %s}}".formatted(UserMetric.class.getName(), name);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<Direction> direction() {
    return direction.isEmpty()
        ? Optional.empty()
        : Optional.of(Direction.valueOf(direction.toUpperCase(Locale.ROOT)));
  }

  @Override
  public MeanState zero() {
    return crossEntropy.zero();
  }

  @Override
  public MeanState update(MeanState state, MetricBatch batch) {
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
