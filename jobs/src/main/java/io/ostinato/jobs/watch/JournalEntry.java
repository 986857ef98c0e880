package io.ostinato.jobs.watch;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricsRecord;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What became of one checkpoint: a line of {@code metrics.jsonl}.
 *
 * @param iteration the one in the name, or the number of the line where there is none: {@code
 *     E0_U7_S0}
 * @param reason why it was skipped or failed; else empty
 * @param metrics none unless it was evaluated
 */
record JournalEntry(
    CheckpointFile checkpoint,
    TrainingIteration iteration,
    Instant time,
    Outcome outcome,
    String reason,
    Map<String, Double> metrics,
    long rows,
    double seconds) {
  JournalEntry {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  MetricsRecord metricsRecord() {
    return new MetricsRecord(iteration, time, metrics);
  }
}
