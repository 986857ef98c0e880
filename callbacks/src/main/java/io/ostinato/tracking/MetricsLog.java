package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
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
      MetricsFile.cutUnfinishedLine(file);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return new MetricsLog(file, clock, channel);
    } catch (IOException e) {
      throw MetricsFile.cantWrite(file, e);
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
      append(MetricsFile.line(record));
      channel.force(false);
    } catch (IOException e) {
      throw MetricsFile.cantWrite(file, e);
    }
    pending.clear();
    return Optional.of(record);
  }

  @Override
  public synchronized void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw MetricsFile.cantWrite(file, e);
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
}
