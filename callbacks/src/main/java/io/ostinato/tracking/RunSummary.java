package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.ostinato.metric.Direction;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.RunFiles;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * The last and the best value of each metric of a run; the last is that of the highest iteration. A
 * metric whose direction is unknown or neutral has no best value. NaN is never the best; of equal
 * values, the first is. Not thread-safe.
 */
public final class RunSummary {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  /** Precedes the name of a callback in the key of its number of failed evaluations. */
  public static final String FAILED_EVALUATIONS = "failed_evaluations/";

  /** Precedes the name of a callback in the key of its number of skipped evaluations. */
  public static final String SKIPPED_EVALUATIONS = "skipped_evaluations/";

  /** The name of the file. */
  public static final String NAME = "summary.json";

  private final MetricProperties properties;
  private final BinaryOperator<Value> later;
  private final Map<String, Value> last = new LinkedHashMap<>();
  private final Map<String, Value> best = new LinkedHashMap<>();

  /** A value and its iteration. */
  public record Value(double value, TrainingIteration iteration) {}

  private RunSummary(MetricProperties properties, BinaryOperator<Value> later) {
    this.properties = properties;
    this.later = later;
  }

  /** Summarises these records, in their order. */
  public static RunSummary of(MetricProperties properties, List<MetricsRecord> records) {
    RunSummary summary = new RunSummary(properties, RunSummary::later);
    records.forEach(summary::add);
    return summary;
  }

  /**
   * Summarises records whose iterations can't be compared; the last value of a metric is that of
   * the last record that has it.
   */
  public static RunSummary inOrder(MetricProperties properties, List<MetricsRecord> records) {
    RunSummary summary = new RunSummary(properties, (before, next) -> next);
    records.forEach(summary::add);
    return summary;
  }

  public void add(MetricsRecord record) {
    record
        .metrics()
        .forEach(
            (key, number) -> {
              Value value = new Value(number, record.iteration());
              last.merge(key, value, later);
              if (isBetter(key, number)) {
                best.put(key, value);
              }
            });
  }

  /** The last value of each metric. */
  public Map<String, Value> last() {
    return Collections.unmodifiableMap(last);
  }

  /** The best value of each metric that has one. */
  public Map<String, Value> best() {
    return Collections.unmodifiableMap(best);
  }

  /** The number of failed evaluations of each callback that has any, by its name. */
  public Map<String, Long> failedEvaluations() {
    return counts(FAILED_EVALUATIONS);
  }

  /** The number of skipped evaluations of each callback that has any, by its name. */
  public Map<String, Long> skippedEvaluations() {
    return counts(SKIPPED_EVALUATIONS);
  }

  private Map<String, Long> counts(String prefix) {
    Map<String, Long> counts = new TreeMap<>();
    last.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            counts.put(key.substring(prefix.length()), (long) value.value());
          }
        });
    return counts;
  }

  /**
   * Writes {@code {"metric": {"last": {"value":…,"iteration":…}, "best": {…}}}} to {@code
   * summary.json}, completely or not at all.
   *
   * @throws io.ostinato.storage.StorageException if the file can't be written
   */
  public void write(RunFiles files) {
    JsonObject json = new JsonObject();
    last.forEach(
        (key, value) -> {
          JsonObject metric = new JsonObject();
          metric.add("last", json(value));
          Value bestValue = best.get(key);
          if (bestValue != null) {
            metric.add("best", json(bestValue));
          }
          json.add(key, metric);
        });
    byte[] text = (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
    files.write(NAME, out -> out.write(text));
  }

  /** An evaluation of an older checkpoint may come after newer values. */
  private static Value later(Value before, Value next) {
    return next.iteration().compareTo(before.iteration()) < 0 ? before : next;
  }

  private boolean isBetter(String key, double value) {
    Value before = best.get(key);
    return properties
        .direction(key)
        .orElse(Direction.NEUTRAL)
        .isBetter(value, before == null ? Double.NaN : before.value());
  }

  private static JsonObject json(Value value) {
    JsonObject json = new JsonObject();
    JsonNumbers.add(json, "value", value.value());
    json.addProperty("iteration", value.iteration().toString());
    return json;
  }
}
