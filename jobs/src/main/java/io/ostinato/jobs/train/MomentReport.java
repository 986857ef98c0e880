package io.ostinato.jobs.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.JsonNumbers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The metrics that the callbacks of a training measured at a checkpoint.
 *
 * @param run the id of the run that wrote the checkpoint; empty if its file doesn't say
 * @param iteration the iteration of the checkpoint
 * @param metrics the metrics by their keys
 * @param seconds the time from reading the checkpoint to the results
 */
record MomentReport(
    String run, TrainingIteration iteration, Map<String, Double> metrics, double seconds) {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  MomentReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /**
   * This report as JSON on one line: {@code {"run":…,"iteration":…,"metrics":{…},"seconds":…}}.
   * Non-finite numbers are the strings NaN, Infinity and -Infinity.
   */
  String toJson() {
    JsonObject values = new JsonObject();
    metrics.forEach((name, value) -> JsonNumbers.add(values, name, value));
    JsonObject json = new JsonObject();
    json.addProperty("run", run);
    json.addProperty("iteration", iteration.toString());
    json.add("metrics", values);
    json.addProperty("seconds", Math.round(seconds * 1e3) / 1e3);
    return GSON.toJson(json);
  }

  List<String> lines() {
    String head =
        String.format(
            Locale.ROOT, "%s%s in %.3f s", iteration, run.isEmpty() ? "" : " of " + run, seconds);
    return metrics.isEmpty()
        ? List.of(head, "  no callback has written a metric")
        : Stream.concat(Stream.of(head), EvaluationReport.lines(metrics).stream()).toList();
  }
}
