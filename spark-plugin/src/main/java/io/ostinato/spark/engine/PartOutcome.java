package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.RowCheck;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.metric.MetricStates;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The outcome of one evaluation on some partitions.
 *
 * @param outputs the results of batches; with metrics, only the rows that they cover
 * @param states of the metrics; empty if there are none
 * @param coverage the rows that were run
 * @param skipped the rows that were left out
 */
record PartOutcome(
    List<BatchOutput> outputs, List<MetricStates> states, Coverage coverage, SkippedRows skipped) {
  PartOutcome {
    outputs = List.copyOf(outputs);
    states = List.copyOf(states);
  }

  /** The outcome so far of a runner. */
  static PartOutcome of(BatchRunner runner) {
    return new PartOutcome(runner.outputs(), runner.states(), runner.coverage(), runner.skipped());
  }

  /** The outcomes so far of several runners. */
  static List<PartOutcome> of(List<BatchRunner> runners) {
    return runners.stream().map(PartOutcome::of).toList();
  }

  /** Merges outcomes of the same evaluations, one by one; modifies the first ones. */
  static List<PartOutcome> merge(List<PartOutcome> some, List<PartOutcome> others) {
    return IntStream.range(0, some.size()).mapToObj(i -> some.get(i).merge(others.get(i))).toList();
  }

  /** The outcome of a partition without rows. */
  static PartOutcome nothing() {
    return new PartOutcome(List.of(), List.of(), new Coverage(), SkippedRows.NONE);
  }

  /** The same; with metrics, consecutive rows share an entry. */
  PartOutcome joined() {
    return states.isEmpty()
        ? this
        : new PartOutcome(BatchOutput.joined(outputs), states, coverage, skipped);
  }

  /**
   * The results of batches in dataset order.
   *
   * @throws EvaluationException if they don't cover all rows exactly once
   */
  List<BatchOutput> inOrder(EvaluationTag tag, long rows) {
    List<BatchOutput> batches =
        outputs.stream().sorted(Comparator.comparingLong(BatchOutput::firstRow)).toList();
    RowCheck.check(tag, batches, rows);
    return batches;
  }

  /**
   * Merges the outcomes of two sets of partitions; modifies the states and the coverage of this
   * one.
   */
  PartOutcome merge(PartOutcome other) {
    List<BatchOutput> all = new ArrayList<>(outputs);
    all.addAll(other.outputs);
    List<MetricStates> merged = new ArrayList<>(states);
    merged.addAll(other.states);
    return new PartOutcome(
        all,
        merged.stream().reduce(MetricStates::merge).stream().toList(),
        coverage.merge(other.coverage),
        skipped.plus(other.skipped));
  }
}
