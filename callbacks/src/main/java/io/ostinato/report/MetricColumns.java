package io.ostinato.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.ostinato.tracking.JsonNumbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The records of a run as columns: iterations, and for each metric its values and where. */
final class MetricColumns {
  private final List<ReportRecord> records;
  private final Map<String, List<Integer>> places = new LinkedHashMap<>();

  MetricColumns(List<ReportRecord> records) {
    this.records = List.copyOf(records);
    for (int i = 0; i < records.size(); i++) {
      for (String key : records.get(i).metrics().keySet()) {
        places.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
      }
    }
  }

  /** The keys of the metrics, in the order in which they appear. */
  List<String> keys() {
    return List.copyOf(places.keySet());
  }

  /** The values of a metric, by the index of their record. */
  Map<Integer, Double> values(String key) {
    Map<Integer, Double> values = new LinkedHashMap<>();
    for (int place : places.getOrDefault(key, List.of())) {
      values.put(place, records.get(place).metrics().getOrDefault(key, Double.NaN));
    }
    return values;
  }

  ReportRecord record(int index) {
    return records.get(index);
  }

  /** {@code {"epoch":[…],"update":[…],"sample":[…],"time":[milliseconds…],"name":[…]}}. */
  JsonObject iterations() {
    JsonObject json = new JsonObject();
    JsonArray epochs = new JsonArray();
    JsonArray updates = new JsonArray();
    JsonArray samples = new JsonArray();
    JsonArray times = new JsonArray();
    JsonArray names = new JsonArray();
    for (ReportRecord record : records) {
      epochs.add(record.iteration().epoch());
      updates.add(record.iteration().update());
      samples.add(record.iteration().sample());
      times.add(record.time().toEpochMilli());
      names.add(record.checkpoint());
    }
    json.add("epoch", epochs);
    json.add("update", updates);
    json.add("sample", samples);
    json.add("time", times);
    if (records.stream().anyMatch(record -> !record.checkpoint().isEmpty())) {
      json.add("name", names);
    }
    return json;
  }

  /** {@code {"key":…,"at":[index…],"value":[…]}}; {@code at} is missing if each record has it. */
  JsonObject metric(String key) {
    JsonObject json = new JsonObject();
    json.addProperty("key", key);
    JsonArray at = new JsonArray();
    JsonArray value = new JsonArray();
    values(key)
        .forEach(
            (place, number) -> {
              at.add(place);
              value.add(number(number));
            });
    if (at.size() < records.size()) {
      json.add("at", at);
    }
    json.add("value", value);
    return json;
  }

  private static JsonPrimitive number(double value) {
    JsonObject one = new JsonObject();
    JsonNumbers.add(one, "value", value);
    return one.getAsJsonPrimitive("value");
  }
}
