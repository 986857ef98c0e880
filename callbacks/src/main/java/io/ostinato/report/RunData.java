package io.ostinato.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ostinato.metric.Direction;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.EvaluationsFile;
import io.ostinato.tracking.JsonNumbers;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.RunSummary;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The data of one run in a report, as JSON, read from the files of its folder. */
final class RunData {
  /** Files with the configuration of a run, as its command wrote them. */
  private static final List<String> CONFIGURATIONS = List.of("config.yaml", "watch.txt");

  private final RunFiles files;
  private final RunFiles checkpoints;
  private final Optional<RunFacts> facts;
  private final Function<String, Direction> directions;

  private RunData(
      RunFiles files,
      RunFiles checkpoints,
      Optional<RunFacts> facts,
      Function<String, Direction> directions) {
    this.files = files;
    this.checkpoints = checkpoints;
    this.facts = facts;
    this.directions = directions;
  }

  /**
   * Reads a run.
   *
   * @param checkpoints the folder of its checkpoints
   * @param facts its facts; empty if they are unknown
   * @param directions the direction of each metric
   * @param isRunning whether this process is writing the run
   * @throws StorageException if a file can't be read
   */
  static JsonObject of(
      RunFiles files,
      RunFiles checkpoints,
      Optional<RunFacts> facts,
      Function<String, Direction> directions,
      boolean isRunning) {
    return new RunData(files, checkpoints, facts, directions).toJson(isRunning);
  }

  /** The direction of a metric of a run, as it was when the run was written. */
  static Direction direction(Optional<RunFacts> facts, String key) {
    return facts
        .flatMap(known -> known.direction(key))
        .or(() -> MetricProperties.defaults().direction(key))
        .orElse(Direction.NEUTRAL);
  }

  /** The directions of all metrics in the data of a run, by key. */
  static Map<String, String> directions(JsonObject run) {
    Map<String, String> directions = new LinkedHashMap<>();
    for (JsonElement metric : run.getAsJsonArray("metrics")) {
      JsonObject one = metric.getAsJsonObject();
      directions.put(one.get("key").getAsString(), one.get("direction").getAsString());
    }
    return directions;
  }

  private JsonObject toJson(boolean isRunning) {
    JsonObject json = new JsonObject();
    String location = HiddenSecrets.in(files.location());
    json.addProperty("id", location.replaceFirst(".*[/\\\\](?=.)", ""));
    json.addProperty("location", location);
    facts.ifPresent(known -> add(json, known));
    if (!json.has("status")) {
      json.addProperty("status", isRunning ? "running" : statusOfFiles());
    }
    configuration().ifPresent(text -> json.addProperty("configuration", HiddenSecrets.in(text)));
    List<String> lines = files.lines(MetricsFile.NAME);
    List<ReportRecord> all = ReportRecord.of(lines);
    json.addProperty("damaged", lines.size() - all.size());
    json.addProperty("records", all.size());
    addMetrics(json, all.stream().filter(record -> !record.isWithoutResult()).toList());
    json.add("outcomes", EvaluationRows.ofCheckpoints(all));
    List<String> evaluations = files.lines(EvaluationsFile.NAME);
    json.add("evaluations", EvaluationRows.ofEvaluations(evaluations));
    json.addProperty("recorded_evaluations", evaluations.size());
    return json;
  }

  private static void add(JsonObject json, RunFacts facts) {
    json.addProperty("kind", facts.kind());
    json.addProperty("started", facts.started().toString());
    JsonArray resumed = new JsonArray();
    facts.resumed().forEach(time -> resumed.add(time.toString()));
    json.add("resumed", resumed);
    facts
        .end()
        .ifPresent(
            end -> {
              json.addProperty("status", end.status().name().toLowerCase(Locale.ROOT));
              json.addProperty("reason", HiddenSecrets.in(end.reason()));
              json.addProperty("ended", end.time().toString());
            });
    json.add("about", shown(facts.about()));
    json.add("versions", RunFacts.object(facts.versions()));
    json.add("parameters", shown(facts.parameters()));
  }

  private static JsonObject shown(Map<String, String> values) {
    JsonObject json = new JsonObject();
    values.forEach((key, value) -> json.addProperty(key, HiddenSecrets.in(key, value)));
    return json;
  }

  /** Whether a process that doesn't say how the run ended is still writing it. */
  private String statusOfFiles() {
    if (facts.isEmpty()) {
      return files.exists(RunSummary.NAME) ? "ended" : "unknown";
    }
    return switch (files.writerOf(MetricsFile.NAME)) {
      case NONE -> "killed";
      case SOME -> "running";
      case UNKNOWN -> "unknown";
    };
  }

  private Optional<String> configuration() {
    return CONFIGURATIONS.stream().filter(files::exists).findFirst().map(files::text);
  }

  private void addMetrics(JsonObject json, List<ReportRecord> records) {
    List<ReportRecord> kept = ThinnedRecords.of(records, RunData::countsFailures);
    json.addProperty("left_out", records.size() - kept.size());
    json.addProperty("is_thinned", ThinnedRecords.areTooMany(records));
    MetricColumns columns = new MetricColumns(kept);
    BestCheckpoints best = BestCheckpoints.in(checkpoints);
    json.add("iterations", columns.iterations());
    JsonArray metrics = new JsonArray();
    for (String key : columns.keys()) {
      JsonObject metric = columns.metric(key);
      Direction direction = directions.apply(key);
      metric.addProperty("direction", direction.name().toLowerCase(Locale.ROOT));
      addSummary(metric, key, columns, direction, best);
      metrics.add(metric);
    }
    json.add("metrics", metrics);
  }

  private static boolean countsFailures(ReportRecord record) {
    return record.metrics().keySet().stream()
        .anyMatch(
            key ->
                key.startsWith(RunSummary.FAILED_EVALUATIONS)
                    || key.startsWith(RunSummary.SKIPPED_EVALUATIONS));
  }

  /** Adds the last value, which is that of the highest iteration, and the best one. */
  private static void addSummary(
      JsonObject metric,
      String key,
      MetricColumns columns,
      Direction direction,
      BestCheckpoints checkpoints) {
    int last = -1;
    int best = -1;
    double bestValue = Double.NaN;
    Map<Integer, Double> values = columns.values(key);
    for (Map.Entry<Integer, Double> entry : values.entrySet()) {
      int place = entry.getKey();
      if (last < 0 || isLater(columns.record(place), columns.record(last))) {
        last = place;
      }
      if (direction.isBetter(entry.getValue(), bestValue)) {
        best = place;
        bestValue = entry.getValue();
      }
    }
    metric.add("last", place(last, values.get(last)));
    if (best >= 0) {
      JsonObject found = place(best, bestValue);
      found.addProperty("checkpoint", checkpoints.of(key, columns.record(best)));
      metric.add("best", found);
    }
  }

  /** Watched checkpoints are in the order of the watch, since their names can't be compared. */
  private static boolean isLater(ReportRecord record, ReportRecord than) {
    return !record.checkpoint().isEmpty() || record.iteration().compareTo(than.iteration()) >= 0;
  }

  private static JsonObject place(int index, @Nullable Double value) {
    JsonObject json = new JsonObject();
    json.addProperty("at", index);
    JsonNumbers.add(json, "value", value == null ? Double.NaN : value);
    return json;
  }
}
