package io.ostinato.spark.ui;

import com.codahale.metrics.MetricRegistry;
import org.apache.spark.metrics.source.Source;

/** Metrics of the application, whose names contain {@code ostinato}. */
record NamedSource(MetricRegistry metricRegistry) implements Source {
  @Override
  public String sourceName() {
    return "ostinato";
  }
}
