package io.ostinato.spark.ui;

import com.codahale.metrics.MetricRegistry;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/** Metrics of the application, whose names contain {@code ostinato}. */
record NamedSource(MetricRegistry metricRegistry) implements Source {
  /** Registers these metrics on the driver. */
  static void register(MetricRegistry metrics) {
    SparkEnv.get().metricsSystem().registerSource(new NamedSource(metrics));
  }

  @Override
  public String sourceName() {
    return "ostinato";
  }
}
