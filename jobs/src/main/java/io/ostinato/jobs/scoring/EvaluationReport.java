package io.ostinato.jobs.scoring;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.tracking.EvaluationRecord;
import io.ostinato.tracking.JsonNumbers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of an evaluation.
 *
 * @param model the file, as specified by the user
 * @param rows the number of rows evaluated
 * @param skipped the rows left out because they can't be read or processed
 * @param metrics the metrics by name, in the order in which they were requested
 * @param seconds the time from reading the file to the results; for the first evaluation it
 *     includes the preparation of the dataset
 * @param evaluations the evaluations behind it
 */
public record EvaluationReport(
    String model,
    long rows,
    SkippedRows skipped,
    Map<String, Double> metrics,
    double seconds,
    List<EvaluationRecord> evaluations) {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  public EvaluationReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    evaluations = List.copyOf(evaluations);
  }

  /** One line for each metric, with its name and value. */
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
   * The number of rows, such as {@code 1,797 rows}, or {@code 1,794 rows (3 skipped)}, so that a
   * metric is not mistaken for one over all rows.
   */
  public static String rowsText(long rows, long skipped) {
    return skipped == 0
        ? String.format(Locale.ROOT, "%,d rows", rows)
        : String.format(Locale.ROOT, "%,d rows (%,d skipped)", rows, skipped);
  }

  /**
   * This report as JSON on one line: {@code {"model":…,"rows":…,"metrics":{…},"seconds":…}}. If
   * rows were skipped, their number {@code "skipped":…} follows that of the rows, and {@code
   * "skipped_rows":[…]} has the first of them with their reasons. Non-finite numbers are the
   * strings NaN, Infinity and -Infinity.
   */
  public String toJson() {
    JsonObject values = new JsonObject();
    metrics.forEach((name, value) -> JsonNumbers.add(values, name, value));
    JsonObject json = new JsonObject();
    json.addProperty("model", model);
    json.addProperty("rows", rows);
    if (skipped.count() > 0) {
      json.addProperty("skipped", skipped.count());
      json.add("skipped_rows", skippedRows());
    }
    json.add("metrics", values);
    json.addProperty("seconds", Math.round(seconds * 1e3) / 1e3);
    return GSON.toJson(json);
  }

  private JsonArray skippedRows() {
    JsonArray rows = new JsonArray();
    for (SkippedRow row : skipped.first()) {
      JsonObject json = new JsonObject();
      json.addProperty("row", row.row());
      json.addProperty("partition", row.partition());
      json.addProperty("reason", row.reason());
      rows.add(json);
    }
    return rows;
  }
}
