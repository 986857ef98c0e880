package io.ostinato.tracking;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file {@code metrics.jsonl} of a run: one JSON object per moment that has metrics, appended as
 * the run goes, so that a crash loses nothing that was flushed. Thread-safe.
 *
 * <p>Numbers that JSON lacks are written as the strings {@code "NaN"}, {@code "Infinity"} and
 * {@code "-Infinity"}.
 */
public final class MetricsLog implements AutoCloseable {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private record Entry(String writer, double value) {}

  private final Path file;
  private final Clock clock;
  private final FileChannel channel;
  private final Map<String, Entry> pending = new LinkedHashMap<>();

  private MetricsLog(Path file, Clock clock, FileChannel channel) {
    this.file = file;
    this.clock = clock;
    this.channel = channel;
  }

  /**
   * Opens a file to append to, and makes it and its folder where they are missing. What a crash
   * left of an unfinished last line is cut off.
   *
   * @throws UncheckedIOException if the file can't be written
   */
  public static MetricsLog open(Path file, Clock clock) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      cutUnfinishedLine(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return new MetricsLog(file, clock, channel);
    } catch (IOException e) {
      throw cantWrite(file, e);
    }
  }

  /** A writer of this name; the name appears in the error about a key that is written twice. */
  public LogWriter writerFor(String name) {
    return (key, value) -> add(name, key, value);
  }

  /** What was added since the last flush, in that order. */
  public synchronized Map<String, Double> pending() {
    return Collections.unmodifiableMap(pendingValues());
  }

  /**
   * Writes what was added as the record of this iteration; nothing if nothing was added.
   *
   * @return what was written, if anything was
   * @throws UncheckedIOException if the file can't be written; the record is kept for another try
   */
  public synchronized Optional<MetricsRecord> flush(TrainingIteration iteration) {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    MetricsRecord record =
        new MetricsRecord(
            iteration, clock.instant().truncatedTo(ChronoUnit.MILLIS), pendingValues());
    try {
      append(line(record));
      channel.force(false);
    } catch (IOException e) {
      throw cantWrite(file, e);
    }
    pending.clear();
    return Optional.of(record);
  }

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
          "can't read the metrics of '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * Puts records after an iteration aside, into {@code metrics.superseded-<n>.jsonl} beside the
   * file: a run is about to go on from that iteration and will write them again.
   *
   * @return how many were put aside
   * @throws UncheckedIOException if a file can't be written; the records are as before then
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
    try {
      int n = 1;
      while (Files.exists(file.resolveSibling("metrics.superseded-" + n + ".jsonl"))) {
        n++;
      }
      rewrite(file.resolveSibling("metrics.superseded-" + n + ".jsonl"), later);
      rewrite(file, kept);
      return later.size();
    } catch (IOException e) {
      throw cantWrite(file, e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw cantWrite(file, e);
    }
  }

  /** All of the line or nothing of it. */
  private void append(byte[] line) throws IOException {
    long end = channel.size();
    try {
      for (ByteBuffer rest = ByteBuffer.wrap(line); rest.hasRemaining(); ) {
        channel.write(rest);
      }
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
  }

  private synchronized void add(String writer, String key, double value) {
    Entry earlier = pending.putIfAbsent(key, new Entry(writer, value));
    if (earlier != null) {
      throw new IllegalStateException(
          "'%s' and '%s' both write the metric '%s' at one moment; give one of them another key"
              .formatted(earlier.writer(), writer, key));
    }
  }

  private Map<String, Double> pendingValues() {
    Map<String, Double> values = new LinkedHashMap<>();
    pending.forEach((key, entry) -> values.put(key, entry.value()));
    return values;
  }

  private static byte[] line(MetricsRecord record) {
    JsonObject json = new JsonObject();
    json.addProperty("iteration", record.iteration().toString());
    json.addProperty("epoch", record.iteration().epoch());
    json.addProperty("update", record.iteration().update());
    json.addProperty("sample", record.iteration().sample());
    json.addProperty("time", record.time().toString());
    JsonObject metrics = new JsonObject();
    record.metrics().forEach((key, value) -> JsonNumbers.add(metrics, key, value));
    json.add("metrics", metrics);
    return (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static MetricsRecord parse(Path file, String line, int number) {
    try {
      JsonObject json = JsonParser.parseString(line).getAsJsonObject();
      Map<String, Double> metrics = new LinkedHashMap<>();
      json.getAsJsonObject("metrics")
          .entrySet()
          .forEach(entry -> metrics.put(entry.getKey(), JsonNumbers.read(entry.getValue())));
      return new MetricsRecord(
          TrainingIteration.parse(json.get("iteration").getAsString()),
          Instant.parse(json.get("time").getAsString()),
          metrics);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "line %d of '%s' is no record of metrics: %s".formatted(number, file, line), e);
    }
  }

  private static void rewrite(Path file, List<MetricsRecord> records) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try (FileChannel out =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (MetricsRecord record : records) {
        for (ByteBuffer rest = ByteBuffer.wrap(line(record)); rest.hasRemaining(); ) {
          out.write(rest);
        }
      }
      out.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void cutUnfinishedLine(Path file) throws IOException {
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

  private static UncheckedIOException cantWrite(Path file, IOException e) {
    return new UncheckedIOException(
        "can't write the metrics to '%s': %s".formatted(file, e.getMessage()), e);
  }
}
