package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The metrics of one iteration.
 *
 * @param metrics the values by key, in the order they were written
 */
public record MetricsRecord(
    TrainingIteration iteration, Instant time, Map<String, Double> metrics) {
  public MetricsRecord {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }
}
