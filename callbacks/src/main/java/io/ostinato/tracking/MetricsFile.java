package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import io.ostinato.text.Excerpt;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Converts the records of a run to lines of {@code metrics.jsonl} and back. */
public final class MetricsFile {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private MetricsFile() {}

  /** The name of the file. */
  public static final String NAME = "metrics.jsonl";

  /**
   * Reads the records of a run; empty if the file is missing. An incomplete last line left by a
   * crash is ignored.
   *
   * @throws StorageException if the file can't be read
   * @throws IllegalArgumentException if a line is not a valid record; says which
   */
  public static List<MetricsRecord> read(RunFiles files) {
    return parse(files.lines(NAME), files.location() + "/" + NAME);
  }

  /** Like {@link #read(RunFiles)}, for a local file. */
  public static List<MetricsRecord> read(Path file) {
    Path folder = Objects.requireNonNullElse(file.getParent(), Path.of(""));
    return parse(
        LocalRunFiles.in(folder).lines(String.valueOf(file.getFileName())), file.toString());
  }

  /** Whether all lines are valid records. */
  public static boolean areRecords(List<String> lines) {
    return lines.stream().allMatch(MetricsFile::isRecord);
  }

  static boolean isRecord(String line) {
    try {
      parse("", line, 1);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Parses lines.
   *
   * @param location the location of the lines, for messages
   * @throws IllegalArgumentException if a line is not a valid record; says which
   */
  static List<MetricsRecord> parse(List<String> lines, String location) {
    List<MetricsRecord> records = new ArrayList<>();
    for (String line : lines) {
      records.add(parse(location, line, records.size() + 1));
    }
    return records;
  }

  /** Converts a record to its line, without a line feed. */
  static String line(MetricsRecord record) {
    return GSON.toJson(toJson(record));
  }

  /** Converts a record to the JSON object of its line. */
  public static JsonObject toJson(MetricsRecord record) {
    JsonObject json = new JsonObject();
    json.addProperty("iteration", record.iteration().toString());
    json.addProperty("epoch", record.iteration().epoch());
    json.addProperty("update", record.iteration().update());
    json.addProperty("sample", record.iteration().sample());
    json.addProperty("time", record.time().toString());
    JsonObject metrics = new JsonObject();
    record.metrics().forEach((key, value) -> JsonNumbers.add(metrics, key, value));
    json.add("metrics", metrics);
    return json;
  }

  /**
   * Converts a JSON object, which can have more members than {@link #toJson} writes, to a record.
   *
   * @throws RuntimeException if it is not a valid record
   */
  public static MetricsRecord fromJson(JsonObject json) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    json.getAsJsonObject("metrics")
        .entrySet()
        .forEach(entry -> metrics.put(entry.getKey(), JsonNumbers.read(entry.getValue())));
    return new MetricsRecord(
        TrainingIteration.parse(json.get("iteration").getAsString()),
        Instant.parse(json.get("time").getAsString()),
        metrics);
  }

  private static MetricsRecord parse(String location, String line, int number) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      MetricsRecord record = fromJson(json);
      TrainingIteration at = record.iteration();
      checkMember(json, "epoch", at.epoch());
      checkMember(json, "update", at.update());
      checkMember(json, "sample", at.sample());
      return record;
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "line %s of '%s' is no record of metrics: %s"
              .formatted(number, location, Excerpt.of(line)),
          e);
    }
  }

  /** Checks a member that repeats a part of the iteration, which a damaged line may not do. */
  private static void checkMember(JsonObject json, String name, long expected) {
    if (json.has(name) && json.get(name).getAsLong() != expected) {
      throw new IllegalArgumentException(
          "'%s' is %s, not that of the iteration".formatted(name, json.get(name)));
    }
  }
}
