package io.ostinato.tracking;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.LineText;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes the file {@code evaluations.jsonl} of a run, beside {@code metrics.jsonl}: one JSON object
 * for each evaluation, with its timings, attempts, executors and certificate, or the reason why it
 * failed. The file is created with the first line. Thread-safe.
 */
public final class EvaluationsLog implements AutoCloseable {
  private final RunFiles files;
  private final PendingEvaluations pending;
  private @Nullable LineFile lines;

  private EvaluationsLog(RunFiles files, Clock clock) {
    this.files = files;
    this.pending = new PendingEvaluations(clock);
  }

  /** Creates the log of a run, whose {@code metrics.jsonl} this process has open. */
  public static EvaluationsLog of(RunFiles files, Clock clock) {
    return new EvaluationsLog(files, clock);
  }

  /** Adds a record, to be written by the next flush. */
  public void add(EvaluationRecord record) {
    pending.add(record);
  }

  /** Adds a record of this time. */
  public void add(EvaluationRecord record, Instant time) {
    pending.add(record, time);
  }

  /**
   * Writes the records added since the last flush, in their order.
   *
   * @throws StorageException if the file can't be written; the records are kept, so the flush can
   *     be retried
   */
  public void flush() {
    flush(pending);
  }

  /** Like {@link #flush()}, for the evaluations of a moment, which are removed. */
  public synchronized void flush(PendingEvaluations evaluations) {
    List<String> all = evaluations.lines();
    if (!all.isEmpty()) {
      lines().append(all);
      evaluations.clear();
    }
  }

  /**
   * Moves lines of iterations after this one to {@code evaluations.superseded-<n>.jsonl}, since a
   * run that resumes from there writes them again.
   *
   * @throws StorageException if a file can't be written; the lines are then unchanged
   */
  public void keepUpTo(TrainingIteration last) {
    keep(key -> key.iteration().compareTo(last) <= 0);
  }

  /**
   * Moves all lines but those that are wanted to {@code evaluations.superseded-<n>.jsonl}, damaged
   * ones included.
   *
   * @throws StorageException if a file can't be written; the lines are then unchanged
   */
  public synchronized void keep(Predicate<EvaluationsFile.Key> wanted) {
    List<String> kept = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (String line : files.lines(EvaluationsFile.NAME)) {
      (EvaluationsFile.key(line).filter(wanted).isPresent() ? kept : others).add(line);
    }
    if (!others.isEmpty()) {
      byte[] content = LineText.bytes(others);
      files.write(nextSuperseded(), out -> out.write(content));
      lines().replace(kept);
    }
  }

  @Override
  public synchronized void close() {
    if (lines != null) {
      lines.close();
    }
  }

  private LineFile lines() {
    LineFile open = lines == null ? files.openLines(EvaluationsFile.NAME) : lines;
    lines = open;
    return open;
  }

  private String nextSuperseded() {
    int n = 1;
    while (files.exists(superseded(n))) {
      n++;
    }
    return superseded(n);
  }

  private static String superseded(int n) {
    return "evaluations.superseded-" + n + ".jsonl";
  }
}
