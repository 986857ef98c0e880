package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LineText;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the file {@code metrics.jsonl} of a run: one JSON object per iteration that has metrics,
 * appended during the run, so that a crash loses nothing that was flushed. Thread-safe.
 *
 * <p>Numbers that JSON doesn't support are written as the strings {@code "NaN"}, {@code "Infinity"}
 * and {@code "-Infinity"}.
 */
public final class MetricsLog implements AutoCloseable {
  private record Entry(String writer, double value) {}

  private final RunFiles files;
  private final LineFile lines;
  private final Clock clock;
  private final Map<String, Entry> pending = new LinkedHashMap<>();

  private MetricsLog(RunFiles files, LineFile lines, Clock clock) {
    this.files = files;
    this.lines = lines;
    this.clock = clock;
  }

  /**
   * Opens the file of a run to append to; creates it and its folder if missing. An incomplete last
   * line left by a crash is removed.
   *
   * @throws StorageException if the file can't be written, or another process is writing it
   */
  public static MetricsLog open(RunFiles files, Clock clock) {
    return new MetricsLog(files, files.openLines(MetricsFile.NAME), clock);
  }

  /**
   * Reads the records currently in the file.
   *
   * @throws StorageException if it can't be read
   * @throws IllegalArgumentException if a line is not a valid record; says which
   */
  public synchronized List<MetricsRecord> records() {
    return MetricsFile.parse(lines.lines(), lines.location());
  }

  /**
   * Moves records after an iteration to {@code metrics.superseded-<n>.jsonl} beside the file, since
   * a run that resumes from that iteration will write them again.
   *
   * @return the number of moved records
   * @throws StorageException if a file can't be written; the records are then unchanged
   */
  public synchronized int keepUpTo(TrainingIteration last) {
    List<String> kept = new ArrayList<>();
    List<String> later = new ArrayList<>();
    for (MetricsRecord record : records()) {
      (record.iteration().compareTo(last) <= 0 ? kept : later).add(MetricsFile.line(record));
    }
    if (later.isEmpty()) {
      return 0;
    }
    int n = 1;
    while (files.exists(superseded(n))) {
      n++;
    }
    byte[] content = LineText.bytes(later);
    files.write(superseded(n), out -> out.write(content));
    lines.replace(kept);
    return later.size();
  }

  private static String superseded(int n) {
    return "metrics.superseded-" + n + ".jsonl";
  }

  /**
   * Creates a writer with this name, which appears in the error for a key that is written twice.
   */
  public LogWriter writerFor(String name) {
    return (key, value) -> add(name, key, value);
  }

  /** The values added since the last flush, in the order they were added. */
  public synchronized Map<String, Double> pending() {
    return Collections.unmodifiableMap(pendingValues());
  }

  /**
   * Writes the values added since the last flush as the record of this iteration; does nothing if
   * there are none.
   *
   * @return the record, if there is one
   * @throws StorageException if the file can't be written; the values are kept, so the flush can be
   *     retried
   */
  public synchronized Optional<MetricsRecord> flush(TrainingIteration iteration) {
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    MetricsRecord record =
        new MetricsRecord(
            iteration, clock.instant().truncatedTo(ChronoUnit.MILLIS), pendingValues());
    lines.append(MetricsFile.line(record));
    pending.clear();
    return Optional.of(record);
  }

  @Override
  public synchronized void close() {
    lines.close();
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
