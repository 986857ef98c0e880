package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The file {@code metrics.jsonl} of a run, between its writers: what is in it, and where it ends.
 */
public final class MetricsFile {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private MetricsFile() {}

  /**
   * Reads a file back; one that isn't there has no records. What a crash left of an unfinished last
   * line is passed over.
   *
   * @throws UncheckedIOException if the file can't be read
   * @throws IllegalArgumentException if a line is no record; says which
   */
  public static List<MetricsRecord> read(Path file) {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      String text = Files.readString(file);
      List<MetricsRecord> records = new ArrayList<>();
      for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
        records.add(parse(file, line, records.size() + 1));
      }
      return records;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't read the metrics of '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
    }
  }

  /**
   * Puts records after an iteration aside, into {@code metrics.superseded-<n>.jsonl} beside the
   * file: a run is about to go on from that iteration and will write them again.
   *
   * @return how many were put aside
   * @throws StorageException if a file can't be written; the records are as before then
   */
  public static int keepUpTo(Path file, TrainingIteration last) {
    List<MetricsRecord> kept = new ArrayList<>();
    List<MetricsRecord> later = new ArrayList<>();
    for (MetricsRecord record : read(file)) {
      (record.iteration().compareTo(last) <= 0 ? kept : later).add(record);
    }
    if (later.isEmpty()) {
      return 0;
    }
    int n = 1;
    while (Files.exists(file.resolveSibling("metrics.superseded-" + n + ".jsonl"))) {
      n++;
    }
    rewrite(file.resolveSibling("metrics.superseded-" + n + ".jsonl"), later);
    rewrite(file, kept);
    return later.size();
  }

  static byte[] line(MetricsRecord record) {
    return (GSON.toJson(toJson(record)) + "\n").getBytes(StandardCharsets.UTF_8);
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

  private static MetricsRecord parse(Path file, String line, int number) {
    try {
      return fromJson(JsonParser.parseString(line).getAsJsonObject());
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "line %s of '%s' is no record of metrics: %s".formatted(number, file, line), e);
    }
  }

  private static void rewrite(Path file, List<MetricsRecord> records) {
    LocalRunFiles.in(file.resolveSibling(""))
        .write(
            file.getFileName().toString(),
            out -> {
              for (MetricsRecord record : records) {
                out.write(line(record));
              }
            });
  }

  /** Cuts off what a crash left of an unfinished last line. */
  static void cutUnfinishedLine(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      long end = access.length();
      while (end > 0) {
        access.seek(end - 1);
        if (access.read() == '\n') {
          break;
        }
        end--;
      }
      access.setLength(end);
    }
  }

  static UncheckedIOException cantWrite(Path file, IOException e) {
    return new UncheckedIOException(
        "can't write the metrics to '%s': %s".formatted(file, StorageException.reasonOf(e)), e);
  }
}
