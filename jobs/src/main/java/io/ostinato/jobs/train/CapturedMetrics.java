package io.ostinato.jobs.train;

import io.ostinato.metric.Direction;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.Tracker;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps a run's metrics of model quality in memory. */
final class CapturedMetrics implements Tracker {
  private final MetricProperties properties;
  private final Map<String, Double> metrics = new LinkedHashMap<>();

  CapturedMetrics(MetricProperties properties) {
    this.properties = properties;
  }

  @Override
  public void log(MetricsRecord record) {
    record
        .metrics()
        .forEach(
            (name, value) -> {
              if (properties.direction(name).filter(Direction.NEUTRAL::equals).isEmpty()) {
                metrics.put(name, value);
              }
            });
  }

  Map<String, Double> metrics() {
    return metrics;
  }
}
