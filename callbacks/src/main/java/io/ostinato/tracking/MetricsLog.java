package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LineText;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes the file {@code metrics.jsonl} of a run: one JSON object per iteration that has metrics,
 * appended during the run, so that a crash loses nothing that was flushed. Thread-safe.
 *
 * <p>Numbers that JSON doesn't support are written as the strings {@code "NaN"}, {@code "Infinity"}
 * and {@code "-Infinity"}.
 */
public final class MetricsLog implements AutoCloseable {
  private final RunFiles files;
  private final LineFile lines;
  private final Clock clock;
  private final PendingMetrics pending = new PendingMetrics();
  private LoggedRecords.Digest digest;

  private MetricsLog(RunFiles files, LineFile lines, Clock clock) {
    this.files = files;
    this.lines = lines;
    this.clock = clock;
    this.digest = digestOf(lines.lines());
  }

  private static LoggedRecords.Digest digestOf(List<String> lines) {
    LoggedRecords.Digest digest = new LoggedRecords.Digest();
    lines.forEach(digest::add);
    return digest;
  }

  /**
   * Opens the file of a run to append to; creates it and its folder if missing. An incomplete last
   * line left by a crash is removed.
   *
   * @throws StorageException if the file can't be written, or another process is writing it
   */
  public static MetricsLog open(RunFiles files, Clock clock) {
    return of(files, files.openLines(MetricsFile.NAME), clock);
  }

  /**
   * Like {@link #open}, but never takes the file over from another process.
   *
   * @throws io.ostinato.storage.TakenOverException if another process is writing it, or may be
   */
  public static MetricsLog openOfNobody(RunFiles files, Clock clock) {
    return of(files, files.openLinesOfNobody(MetricsFile.NAME), clock);
  }

  private static MetricsLog of(RunFiles files, LineFile lines, Clock clock) {
    try {
      return new MetricsLog(files, lines, clock);
    } catch (RuntimeException | Error e) {
      try {
        lines.close();
      } catch (StorageException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  /**
   * Checks that this process still writes the file.
   *
   * @throws io.ostinato.storage.TakenOverException if another process has taken it over
   */
  public synchronized void checkHeld() {
    lines.checkHeld();
  }

  /** The records in the file that this log has read or written. */
  public synchronized LoggedRecords logged() {
    return digest.records();
  }

  /** The lines currently in the file. */
  public synchronized List<String> lines() {
    return lines.lines();
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

  /** Like {@link #keepUpTo(TrainingIteration, int)}, without records that are kept in any case. */
  public int keepUpTo(TrainingIteration last) {
    return keepUpTo(last, 0);
  }

  /**
   * Moves records after an iteration to {@code metrics.superseded-<n>.jsonl} beside the file, since
   * a run that resumes from that iteration will write them again.
   *
   * @param last the iteration
   * @param standsOn the number of records at the beginning of the file that are kept in any case.
   *     Behind them, a line that repeats one of them or is damaged is moved, too
   * @return the number of moved records
   * @throws StorageException if a file can't be written; the records are then unchanged
   * @throws IllegalArgumentException if no records are kept in any case, and a line is not a valid
   *     record; says which
   */
  public synchronized int keepUpTo(TrainingIteration last, int standsOn) {
    List<String> all = lines.lines();
    checkRecords(standsOn);
    List<String> kept = new ArrayList<>(all.subList(0, standsOn));
    Set<String> known = new HashSet<>(kept);
    List<String> later = new ArrayList<>();
    for (int i = standsOn; i < all.size(); i++) {
      String line = all.get(i);
      (isUpTo(last, line) && !known.contains(line) ? kept : later).add(line);
    }
    return supersede(later, kept);
  }

  /**
   * Checks that {@link #keepUpTo(TrainingIteration, int)} can tell which lines are of use.
   *
   * @throws IllegalArgumentException if it can't: no records are kept in any case, and a line is
   *     not a valid record
   */
  public synchronized void checkRecords(int standsOn) {
    if (standsOn == 0) {
      records();
    }
  }

  private boolean isUpTo(TrainingIteration last, String line) {
    return MetricsFile.isRecord(line)
        && MetricsFile.parse(List.of(line), lines.location()).get(0).iteration().compareTo(last)
            <= 0;
  }

  /**
   * Moves lines that are not valid records to {@code metrics.superseded-<n>.jsonl}; returns their
   * number.
   */
  public synchronized int supersedeDamaged() {
    Map<Boolean, List<String>> all =
        lines.lines().stream().collect(Collectors.partitioningBy(MetricsFile::isRecord));
    return supersede(all.getOrDefault(false, List.of()), all.getOrDefault(true, List.of()));
  }

  /** Moves all records to {@code metrics.superseded-<n>.jsonl}; returns their number. */
  public synchronized int supersedeAll() {
    return supersede(lines.lines(), List.of());
  }

  private int supersede(List<String> later, List<String> kept) {
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
    digest = digestOf(kept);
    return later.size();
  }

  private static String superseded(int n) {
    return "metrics.superseded-" + n + ".jsonl";
  }

  /** Like {@link PendingMetrics#writerFor}, for the metrics written by {@link #flush}. */
  public LogWriter writerFor(String name) {
    return pending.writerFor(name);
  }

  /** The values added since the last flush, in the order they were added. */
  public Map<String, Double> pending() {
    return pending.values();
  }

  /**
   * Writes the values added since the last flush as the record of this iteration; does nothing if
   * there are none.
   *
   * @return the record, if there is one
   * @throws StorageException if the file can't be written; the values are kept, so the flush can be
   *     retried
   */
  public Optional<MetricsRecord> flush(TrainingIteration iteration) {
    return flush(iteration, pending);
  }

  /** Like {@link #flush(TrainingIteration)}, for the metrics of a moment, which are removed. */
  public synchronized Optional<MetricsRecord> flush(
      TrainingIteration iteration, PendingMetrics metrics) {
    Map<String, Double> values = metrics.values();
    if (values.isEmpty()) {
      return Optional.empty();
    }
    MetricsRecord record =
        new MetricsRecord(iteration, clock.instant().truncatedTo(ChronoUnit.MILLIS), values);
    String line = MetricsFile.line(record);
    lines.append(line);
    digest.add(line);
    metrics.clear();
    return Optional.of(record);
  }

  @Override
  public synchronized void close() {
    lines.close();
  }
}
