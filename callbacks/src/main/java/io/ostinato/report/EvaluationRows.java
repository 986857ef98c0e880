package io.ostinato.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;

/** Evaluations, and watched checkpoints without one, as rows of the report's tables. */
final class EvaluationRows {
  /** Of more rows, the last ones are shown. */
  static final int MOST_ROWS = 5_000;

  private EvaluationRows() {}

  /** The lines of {@code evaluations.jsonl}, without the fingerprints of partitions. */
  static JsonArray ofEvaluations(List<String> lines) {
    JsonArray evaluations = new JsonArray();
    for (String line : last(lines)) {
      evaluation(line).ifPresent(evaluations::add);
    }
    return evaluations;
  }

  private static Optional<JsonObject> evaluation(String line) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      JsonObject row = new JsonObject();
      for (String name : List.of("iteration", "callback", "dataset", "time", "outcome")) {
        row.addProperty(name, HiddenSecrets.in(json.get(name).getAsString()));
      }
      if (json.has("reason")) {
        row.addProperty("reason", HiddenSecrets.in(json.get("reason").getAsString()));
      } else {
        addResult(row, json);
      }
      return Optional.of(row);
    } catch (RuntimeException e) { // a damaged line
      return Optional.empty();
    }
  }

  private static void addResult(JsonObject row, JsonObject json) {
    for (String name : List.of("rows", "tasks", "attempts")) {
      row.addProperty(name, json.get(name).getAsLong());
    }
    row.addProperty(
        "rows_skipped", json.getAsJsonObject("certificate").get("rows_skipped").getAsLong());
    row.add("milliseconds", json.getAsJsonObject("milliseconds"));
    row.add("executors", json.getAsJsonObject("executors"));
  }

  /** The watched checkpoints that were skipped or have failed. */
  static JsonArray ofCheckpoints(List<ReportRecord> records) {
    JsonArray outcomes = new JsonArray();
    for (ReportRecord record :
        last(records.stream().filter(ReportRecord::isWithoutResult).toList())) {
      JsonObject json = new JsonObject();
      json.addProperty("iteration", record.iteration().toString());
      json.addProperty("name", HiddenSecrets.in(record.checkpoint()));
      json.addProperty("outcome", record.outcome());
      json.addProperty("reason", HiddenSecrets.in(record.reason()));
      json.addProperty("time", record.time().toString());
      outcomes.add(json);
    }
    return outcomes;
  }

  private static <T> List<T> last(List<T> all) {
    return all.subList(Math.max(0, all.size() - MOST_ROWS), all.size());
  }
}
