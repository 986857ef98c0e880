package io.ostinato.jobs.watch;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.text.Excerpt;
import io.ostinato.tracking.JsonNumbers;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * Converts entries to lines of {@code metrics.jsonl} and back. A line has what every run writes,
 * followed by the checkpoint and its outcome. Non-finite numbers are the strings NaN, Infinity and
 * -Infinity.
 */
final class JournalLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private JournalLine() {}

  /** Converts an entry to a line, without a line feed. */
  static String write(JournalEntry entry) {
    JsonObject json = MetricsFile.toJson(entry.metricsRecord());
    JsonObject checkpoint = new JsonObject();
    checkpoint.addProperty("name", entry.checkpoint().name());
    checkpoint.addProperty("bytes", entry.checkpoint().bytes());
    checkpoint.addProperty("modified", entry.checkpoint().modified().toString());
    json.add("checkpoint", checkpoint);
    json.addProperty("outcome", entry.outcome().name().toLowerCase(Locale.ROOT));
    if (entry.outcome() == Outcome.EVALUATED) {
      json.addProperty("rows", entry.rows());
      if (entry.skippedRows() > 0) {
        json.addProperty("skipped", entry.skippedRows());
      }
      JsonNumbers.add(json, "seconds", entry.seconds());
    } else {
      json.addProperty("reason", entry.reason());
    }
    return GSON.toJson(json);
  }

  /**
   * Parses a line.
   *
   * @throws IllegalArgumentException if this command has not written it; says why
   */
  static JournalEntry parse(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      JsonObject checkpoint = json.getAsJsonObject("checkpoint");
      MetricsRecord record = MetricsFile.fromJson(json);
      return new JournalEntry(
          new CheckpointFile(
              checkpoint.get("name").getAsString(),
              checkpoint.get("bytes").getAsLong(),
              Instant.parse(checkpoint.get("modified").getAsString())),
          record.iteration(),
          record.time(),
          Outcome.valueOf(json.get("outcome").getAsString().toUpperCase(Locale.ROOT)),
          json.has("reason") ? json.get("reason").getAsString() : "",
          record.metrics(),
          json.has("rows") ? json.get("rows").getAsLong() : 0,
          json.has("skipped") ? json.get("skipped").getAsLong() : 0,
          json.has("seconds") ? JsonNumbers.read(json.get("seconds")) : 0,
          List.of());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("it is not about a checkpoint: " + Excerpt.of(line), e);
    }
  }
}
