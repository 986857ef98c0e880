package io.ostinato.jobs.bench;

import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.jobs.bench.CostMeasurement.Use;
import io.ostinato.metric.Metric;
import io.ostinato.metric.Metrics;
import java.util.List;

/**
 * An evaluation to measure.
 *
 * @param data the rows
 * @param net the model
 * @param returned what is returned to the driver
 */
record CostCase(Data data, Net net, Returned returned, Use use) {

  /** Rows of float32 (width), and an int64. */
  record Data(int rows, int width, int partitions) {
    int rowBytes() {
      return width * Float.BYTES + Long.BYTES;
    }
  }

  /** An MLP with two layers of this many units, beside a table of this size; all is trained. */
  record Net(int width, int units, int megabytes) {}

  /** What is returned for each row. */
  enum Returned {
    /** The state of a metric for each task. */
    METRICS(0, Processors::forMetricsWithTable, List.of(Metrics.accuracy())),
    /** An int64. */
    PREDICTIONS(1, Processors::withTable, List.of()),
    /** Its inputs, and an int64. */
    INPUTS(2, Processors::inputsWithTable, List.of());

    private final int arrays;
    private final BatchProcessor processor;
    private final List<Metric<?>> metrics;

    Returned(int arrays, BatchProcessor processor, List<Metric<?>> metrics) {
      this.arrays = arrays;
      this.processor = processor;
      this.metrics = metrics;
    }

    BatchProcessor processor() {
      return processor;
    }

    List<Metric<?>> metrics() {
      return metrics;
    }

    /** For each row. */
    int bytes(Data data) {
      return arrays == 0 ? 0 : Long.BYTES + (arrays - 1) * data.width() * Float.BYTES;
    }
  }
}
