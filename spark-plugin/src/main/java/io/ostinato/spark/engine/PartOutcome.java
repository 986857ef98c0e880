package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.metric.MetricStates;
import java.util.ArrayList;
import java.util.List;

/**
 * What one evaluation has of some partitions.
 *
 * @param outputs the results of batches; where there are metrics, only which rows they cover
 * @param states of the metrics, where there are any
 */
record PartOutcome(List<BatchOutput> outputs, List<MetricStates> states) {
  PartOutcome {
    outputs = List.copyOf(outputs);
    states = List.copyOf(states);
  }

  /** What it has of these partitions and others; the states of this one are changed. */
  PartOutcome merge(PartOutcome other) {
    List<BatchOutput> all = new ArrayList<>(outputs);
    all.addAll(other.outputs);
    List<MetricStates> merged = new ArrayList<>(states);
    merged.addAll(other.states);
    return new PartOutcome(all, merged.stream().reduce(MetricStates::merge).stream().toList());
  }
}
