package io.ostinato.jobs.scoring;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.ostinato.tracking.JsonNumbers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of one evaluation.
 *
 * @param model the file, as it was given
 * @param metrics by name, in the order in which they were asked for
 * @param seconds from reading the file to the results; with the first, those to prepare the dataset
 */
public record EvaluationReport(
    String model, long rows, Map<String, Double> metrics, double seconds) {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  public EvaluationReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /** A line for each metric, its name and its value. */
  public static List<String> lines(Map<String, Double> metrics) {
    int width = metrics.keySet().stream().mapToInt(String::length).max().orElse(0);
    return metrics.entrySet().stream()
        .map(
            metric ->
                "  "
                    + metric.getKey()
                    + " ".repeat(width - metric.getKey().length() + 2)
                    + String.format(Locale.ROOT, "%.6f", metric.getValue()))
        .toList();
  }

  /**
   * {@code {"model":…,"rows":…,"metrics":{…},"seconds":…}} on one line. Numbers that JSON lacks are
   * the strings NaN, Infinity and -Infinity.
   */
  public String toJson() {
    JsonObject values = new JsonObject();
    metrics.forEach((name, value) -> JsonNumbers.add(values, name, value));
    JsonObject json = new JsonObject();
    json.addProperty("model", model);
    json.addProperty("rows", rows);
    json.add("metrics", values);
    json.addProperty("seconds", Math.round(seconds * 1e3) / 1e3);
    return GSON.toJson(json);
  }
}
