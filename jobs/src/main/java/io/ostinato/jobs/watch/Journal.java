package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.EvaluationsLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The outcomes of checkpoints. A checkpoint is done once its line is written; these lines are the
 * only record, and all other state is derived from them. The evaluations of checkpoints are
 * recorded in a file of their own, in which a crash leaves no line that belongs to none of these.
 * Not thread-safe.
 */
final class Journal {
  private final LineFile file;
  private final EvaluationsLog evaluations;
  private final List<JournalEntry> entries = new ArrayList<>();
  private final Set<CheckpointFile> done = new HashSet<>();
  private final Set<CheckpointFile> retried = new HashSet<>();
  private @Nullable JournalEntry lastEvaluated;

  /**
   * Reads the entries of earlier processes.
   *
   * @throws StorageException if a line can't be read; says which
   */
  Journal(LineFile file, EvaluationsLog evaluations) {
    this.file = file;
    this.evaluations = evaluations;
    for (String line : file.lines()) {
      try {
        add(JournalLine.parse(line));
      } catch (IllegalArgumentException e) {
        throw new StorageException(
            "can't go on with line %s of '%s': %s; give another --run-id"
                .formatted(entries.size() + 1, file.location(), e.getMessage()),
            e);
      }
    }
    keepEvaluationsOfEntries();
  }

  private void keepEvaluationsOfEntries() {
    Set<List<Object>> known =
        entries.stream()
            .<List<Object>>map(entry -> List.of(entry.checkpoint().name(), entry.time()))
            .collect(Collectors.toSet());
    evaluations.keep(key -> known.contains(List.<Object>of(key.callback(), key.time())));
  }

  /** All entries, in the order they were written. */
  List<JournalEntry> entries() {
    return Collections.unmodifiableList(entries);
  }

  Set<CheckpointFile> done() {
    return Collections.unmodifiableSet(done);
  }

  /** The entry of the last evaluated checkpoint. */
  Optional<JournalEntry> lastEvaluated() {
    return Optional.ofNullable(lastEvaluated);
  }

  /** Treats failed checkpoints as not done. */
  void forgetFailures() {
    entries.stream()
        .filter(entry -> entry.outcome() == Outcome.FAILED)
        .map(JournalEntry::checkpoint)
        .forEach(retried::add);
    entries.stream()
        .filter(entry -> entry.outcome() != Outcome.FAILED)
        .map(JournalEntry::checkpoint)
        .forEach(retried::remove);
    done.removeAll(retried);
  }

  /** Whether the checkpoint failed before and is being tried again; see {@link #forgetFailures}. */
  boolean isRetried(CheckpointFile checkpoint) {
    return retried.contains(checkpoint);
  }

  /**
   * The iteration in the checkpoint's name; without one, its future line number as the update.
   *
   * @param before the number of entries that will be written before it
   */
  TrainingIteration iterationOf(CheckpointFile checkpoint, int before) {
    return checkpoint
        .iteration()
        .map(NamedIteration::iteration)
        .orElseGet(() -> new TrainingIteration(0, entries.size() + before + 1, 0));
  }

  /** Writes outcomes; their checkpoints are then done, for this and later processes. */
  void commit(List<JournalEntry> more) {
    for (JournalEntry entry : more) {
      entry.evaluations().forEach(evaluation -> evaluations.add(evaluation, entry.time()));
    }
    evaluations.flush();
    file.append(more.stream().map(JournalLine::write).toList());
    more.forEach(this::add);
  }

  /** Whether this is the last line of the file, even if {@link #commit} reported a failure. */
  boolean holds(JournalEntry entry) {
    return file.endsWith(JournalLine.write(entry));
  }

  private void add(JournalEntry entry) {
    entries.add(entry);
    lastEvaluated = entry.outcome() == Outcome.EVALUATED ? entry : lastEvaluated;
    done.add(entry.checkpoint());
  }
}
