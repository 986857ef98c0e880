package io.ostinato.jobs.watch;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * An entry as a line of {@code metrics.jsonl}: what every run writes there, then the checkpoint and
 * what became of it. Numbers that JSON lacks are the strings NaN, Infinity and -Infinity.
 */
final class JournalLine {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private JournalLine() {}

  /** Without a line feed at its end. */
  static String write(JournalEntry entry) {
    JsonObject json = new JsonObject();
    json.addProperty("iteration", entry.iteration().toString());
    json.addProperty("epoch", entry.iteration().epoch());
    json.addProperty("update", entry.iteration().update());
    json.addProperty("sample", entry.iteration().sample());
    json.addProperty("time", entry.time().toString());
    JsonObject metrics = new JsonObject();
    entry.metrics().forEach((key, value) -> addNumber(metrics, key, value));
    json.add("metrics", metrics);
    JsonObject checkpoint = new JsonObject();
    checkpoint.addProperty("name", entry.checkpoint().name());
    checkpoint.addProperty("bytes", entry.checkpoint().bytes());
    checkpoint.addProperty("modified", entry.checkpoint().modified().toString());
    json.add("checkpoint", checkpoint);
    json.addProperty("outcome", entry.outcome().name().toLowerCase(Locale.ROOT));
    if (entry.outcome() == Outcome.EVALUATED) {
      json.addProperty("rows", entry.rows());
      addNumber(json, "seconds", entry.seconds());
    } else {
      json.addProperty("reason", entry.reason());
    }
    return GSON.toJson(json);
  }

  /**
   * Reads a line back.
   *
   * @throws IllegalArgumentException if it is none of this command's; says why
   */
  static JournalEntry parse(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      JsonObject checkpoint = json.getAsJsonObject("checkpoint");
      Map<String, Double> metrics = new LinkedHashMap<>();
      json.getAsJsonObject("metrics")
          .entrySet()
          .forEach(entry -> metrics.put(entry.getKey(), number(entry.getValue())));
      return new JournalEntry(
          new CheckpointFile(
              checkpoint.get("name").getAsString(),
              checkpoint.get("bytes").getAsLong(),
              Instant.parse(checkpoint.get("modified").getAsString())),
          TrainingIteration.parse(json.get("iteration").getAsString()),
          Instant.parse(json.get("time").getAsString()),
          Outcome.valueOf(json.get("outcome").getAsString().toUpperCase(Locale.ROOT)),
          json.has("reason") ? json.get("reason").getAsString() : "",
          metrics,
          json.has("rows") ? json.get("rows").getAsLong() : 0,
          json.has("seconds") ? number(json.get("seconds")) : 0);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("it tells of no checkpoint: " + line, e);
    }
  }

  private static void addNumber(JsonObject json, String key, double value) {
    if (Double.isFinite(value)) {
      json.addProperty(key, value);
    } else {
      json.addProperty(key, Double.toString(value));
    }
  }

  private static double number(JsonElement element) {
    return Double.parseDouble(element.getAsString());
  }
}
