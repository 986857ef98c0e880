package io.ostinato.report;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A line of {@code metrics.jsonl}, of a training or of a watch.
 *
 * @param checkpoint the name of the checkpoint that was watched; empty in a training
 * @param outcome of a checkpoint that was watched: evaluated, skipped or failed; otherwise empty
 * @param reason why it was skipped or failed
 */
record ReportRecord(
    TrainingIteration iteration,
    Instant time,
    Map<String, Double> metrics,
    String checkpoint,
    String outcome,
    String reason) {

  /** Reads lines; those that are damaged are left out. */
  static List<ReportRecord> of(List<String> lines) {
    return lines.stream().map(ReportRecord::of).flatMap(Optional::stream).toList();
  }

  private static Optional<ReportRecord> of(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      MetricsRecord record = MetricsFile.fromJson(json);
      return Optional.of(
          new ReportRecord(
              record.iteration(),
              record.time(),
              record.metrics(),
              json.has("checkpoint")
                  ? json.getAsJsonObject("checkpoint").get("name").getAsString()
                  : "",
              text(json, "outcome"),
              text(json, "reason")));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  private static String text(JsonObject json, String name) {
    return json.has(name) ? json.get(name).getAsString() : "";
  }

  /** The same record with these metrics only. */
  ReportRecord withMetrics(Map<String, Double> some) {
    return new ReportRecord(iteration, time, some, checkpoint, outcome, reason);
  }

  /** Whether it is of a watched checkpoint that has no metrics. */
  boolean isWithoutResult() {
    return !outcome.isEmpty() && metrics.isEmpty();
  }
}
