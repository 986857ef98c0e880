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
 * The file {@code metrics.jsonl} of a run: one JSON object per moment that has metrics, appended as
 * the run goes, so that a crash loses nothing that was flushed. Thread-safe.
 *
 * <p>Numbers that JSON lacks are written as the strings {@code "NaN"}, {@code "Infinity"} and
 * {@code "-Infinity"}.
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
   * Opens the file of a run to append to, and makes it and its folder where they are missing. What
   * a crash left of an unfinished last line is removed.
   *
   * @throws StorageException if the file can't be written, or another process is writing it
   */
  public static MetricsLog open(RunFiles files, Clock clock) {
    return new MetricsLog(files, files.openLines(MetricsFile.NAME), clock);
  }

  /**
   * The records that the file has now.
   *
   * @throws StorageException if it can't be read
   * @throws IllegalArgumentException if a line is no record; says which
   */
  public synchronized List<MetricsRecord> records() {
    return MetricsFile.parse(lines.lines(), lines.location());
  }

  /**
   * Puts records after an iteration aside, into {@code metrics.superseded-<n>.jsonl} beside the
   * file: a run is about to go on from that iteration and will write them again.
   *
   * @return how many were put aside
   * @throws StorageException if a file can't be written; the records are as before then
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
   * @throws StorageException if the file can't be written; the record is kept for another try
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
