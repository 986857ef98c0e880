package io.ostinato.tracking;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The evaluations of one moment, until they are written to {@code evaluations.jsonl}. Thread-safe.
 */
public final class PendingEvaluations {
  private record Entry(Supplier<EvaluationRecord> record, Instant time) {
    String line() {
      return EvaluationsFile.line(record.get(), time);
    }
  }

  private final Clock clock;
  private final List<Entry> entries = new ArrayList<>();

  /**
   * Creates an empty list.
   *
   * @param clock the clock for the times of the records
   */
  public PendingEvaluations(Clock clock) {
    this.clock = clock;
  }

  /** Adds a record. */
  public void add(EvaluationRecord record) {
    add(() -> record);
  }

  /** Adds a record that is complete only when it is written. */
  public void add(Supplier<EvaluationRecord> record) {
    add(record, clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  /** Adds a record of this time. */
  public void add(EvaluationRecord record, Instant time) {
    add(() -> record, time);
  }

  /** Whether there are no records. */
  public synchronized boolean isEmpty() {
    return entries.isEmpty();
  }

  synchronized List<String> lines() {
    return entries.stream().map(Entry::line).toList();
  }

  synchronized void clear() {
    entries.clear();
  }

  private synchronized void add(Supplier<EvaluationRecord> record, Instant time) {
    entries.add(new Entry(record, time));
  }
}
