package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.StorageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of which checkpoint. A checkpoint is done when its line is written: the line is the
 * one record of that, and all else follows from it. Not thread-safe.
 */
final class Journal {
  private final LineFile file;
  private final List<JournalEntry> entries = new ArrayList<>();
  private final Set<CheckpointFile> done = new HashSet<>();
  private final Set<CheckpointFile> retried = new HashSet<>();
  private @Nullable JournalEntry lastEvaluated;

  /**
   * Reads back what earlier processes did.
   *
   * @throws StorageException if a line can't be read; says which
   */
  Journal(LineFile file) {
    this.file = file;
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
  }

  /** All entries, in the order in which they were written. */
  List<JournalEntry> entries() {
    return Collections.unmodifiableList(entries);
  }

  Set<CheckpointFile> done() {
    return Collections.unmodifiableSet(done);
  }

  /** The last that was evaluated, if any was. */
  Optional<JournalEntry> lastEvaluated() {
    return Optional.ofNullable(lastEvaluated);
  }

  /** Takes those that failed for not done. */
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

  /** Whether it failed before, and is not done only since that was forgotten. */
  boolean isRetried(CheckpointFile checkpoint) {
    return retried.contains(checkpoint);
  }

  /**
   * The iteration in the name, or the number of its line as the update.
   *
   * @param before how many entries are to be written before it
   */
  TrainingIteration iterationOf(CheckpointFile checkpoint, int before) {
    return checkpoint
        .iteration()
        .map(NamedIteration::iteration)
        .orElseGet(() -> new TrainingIteration(0, entries.size() + before + 1, 0));
  }

  /** Writes what became of checkpoints; they are done then, for this process and later ones. */
  void commit(List<JournalEntry> more) {
    file.append(more.stream().map(JournalLine::write).toList());
    more.forEach(this::add);
  }

  /** Whether the file has it as its last line, whatever came of the {@link #commit}. */
  boolean holds(JournalEntry entry) {
    return file.endsWith(JournalLine.write(entry));
  }

  private void add(JournalEntry entry) {
    entries.add(entry);
    lastEvaluated = entry.outcome() == Outcome.EVALUATED ? entry : lastEvaluated;
    done.add(entry.checkpoint());
  }
}
