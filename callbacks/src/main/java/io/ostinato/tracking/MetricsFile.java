package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The file {@code metrics.jsonl} of a run: its records, as lines and back. */
public final class MetricsFile {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private MetricsFile() {}

  /** What it is called. */
  public static final String NAME = "metrics.jsonl";

  /**
   * Reads the records of a run back; a run without the file has none. What a crash left of an
   * unfinished last line is passed over.
   *
   * @throws StorageException if the file can't be read
   * @throws IllegalArgumentException if a line is no record; says which
   */
  public static List<MetricsRecord> read(RunFiles files) {
    return parse(files.lines(NAME), files.location() + "/" + NAME);
  }

  /** As {@link #read(RunFiles)}, of a file of this machine. */
  public static List<MetricsRecord> read(Path file) {
    Path folder = Objects.requireNonNullElse(file.getParent(), Path.of(""));
    return parse(
        LocalRunFiles.in(folder).lines(String.valueOf(file.getFileName())), file.toString());
  }

  /**
   * The records of lines.
   *
   * @param location where they are, for messages
   * @throws IllegalArgumentException if a line is no record; says which
   */
  static List<MetricsRecord> parse(List<String> lines, String location) {
    List<MetricsRecord> records = new ArrayList<>();
    for (String line : lines) {
      records.add(parse(location, line, records.size() + 1));
    }
    return records;
  }

  /** A record as its line, without a line feed. */
  static String line(MetricsRecord record) {
    return GSON.toJson(toJson(record));
  }

  /** A record as the object that is its line. */
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
   * The record of an object, which may have more than {@link #toJson} writes.
   *
   * @throws RuntimeException if it is none
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
      return fromJson(JsonParser.parseString(line).getAsJsonObject());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "line %s of '%s' is no record of metrics: %s".formatted(number, location, line), e);
    }
  }
}
