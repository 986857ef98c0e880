package io.ostinato.jobs.watch;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.EvaluationRecord;
import io.ostinato.tracking.MetricsRecord;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The outcome of one checkpoint: a line of {@code metrics.jsonl}.
 *
 * @param iteration the iteration in the name, or else the number of the line as {@code E0_U7_S0}
 * @param reason why the checkpoint was skipped or failed; otherwise empty
 * @param metrics the metrics by their keys; empty unless the checkpoint was evaluated
 * @param rows the number of rows evaluated; 0 unless the checkpoint was evaluated
 * @param skippedRows the number of rows left out because they can't be read or processed
 * @param seconds the duration of the evaluation; 0 unless the checkpoint was evaluated
 * @param evaluations the evaluations behind it, which have lines in another file; empty if there
 *     were none, and in entries that were read
 */
record JournalEntry(
    CheckpointFile checkpoint,
    TrainingIteration iteration,
    Instant time,
    Outcome outcome,
    String reason,
    Map<String, Double> metrics,
    long rows,
    long skippedRows,
    double seconds,
    List<EvaluationRecord> evaluations) {
  JournalEntry {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    evaluations = List.copyOf(evaluations);
  }

  /** The entry of a checkpoint that was not evaluated, and the failed evaluations of it. */
  static JournalEntry withoutResult(
      CheckpointFile checkpoint,
      TrainingIteration iteration,
      Instant time,
      Outcome outcome,
      String reason,
      List<EvaluationRecord> evaluations) {
    return new JournalEntry(
        checkpoint, iteration, time, outcome, reason, Map.of(), 0, 0, 0, evaluations);
  }

  MetricsRecord metricsRecord() {
    return new MetricsRecord(iteration, time, metrics);
  }
}
