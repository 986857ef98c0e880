package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.metric.MetricStates;
import io.ostinato.spark.resident.ResidentReport;
import java.io.Serializable;
import java.util.List;

/**
 * What a task returns.
 *
 * @param states of the metrics, where there are any
 * @param busyNanos spent in copying, {@code processData} and copying back
 * @param resident the model that it ran; none for a partition without rows
 */
record PartitionOutcome(
    int partition,
    List<BatchOutput> batches,
    List<MetricStates> states,
    long busyNanos,
    List<ResidentReport> resident)
    implements Serializable {
  PartitionOutcome {
    batches = List.copyOf(batches);
    states = List.copyOf(states);
    resident = List.copyOf(resident);
  }
}
