package io.ostinato.jobs.watch;

import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.jobs.ErrorLine;
import io.ostinato.jobs.modelfile.WeightsFolder;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.EvaluationRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Evaluates, skips or fails checkpoints, and records their outcomes in the journal. */
final class CheckpointWork {
  /** The number of attempts to read a checkpoint. */
  static final int TRIES = 3;

  private static final Logger log = LoggerFactory.getLogger(CheckpointWork.class);

  private final CheckpointFolder folder;
  private final ModelEvaluation evaluation;
  private final Journal journal;
  private final BestModels bestModels;
  private final WatchReport report;
  private final Path staging;
  private final Pace pace;
  private final Map<CheckpointFile, Integer> failedReads = new HashMap<>();

  CheckpointWork(
      CheckpointFolder folder,
      ModelEvaluation evaluation,
      Journal journal,
      BestModels bestModels,
      WatchReport report,
      Path staging,
      Pace pace) {
    this.folder = folder;
    this.evaluation = evaluation;
    this.journal = journal;
    this.bestModels = bestModels;
    this.report = report;
    this.staging = staging;
    this.pace = pace;
  }

  /** Warns of a folder that is named like a checkpoint. */
  void warnOfFolder(String name) {
    report.folder(name);
  }

  Set<CheckpointFile> done() {
    return journal.done();
  }

  /**
   * The evaluation recorded last, by this or an earlier process, for which a checkpoint can be
   * skipped; empty for a checkpoint that is being retried, which is never skipped.
   */
  Optional<JournalEntry> evaluatedAfter(CheckpointFile checkpoint) {
    return journal.isRetried(checkpoint) ? Optional.empty() : journal.lastEvaluated();
  }

  void skip(List<CheckpointFile> checkpoints, String reason) {
    end(checkpoints, Outcome.SKIPPED, reason);
  }

  void fail(CheckpointFile checkpoint, String reason) {
    end(List.of(checkpoint), Outcome.FAILED, reason);
  }

  /**
   * Evaluates a checkpoint.
   *
   * @return false if it can't be read now and is to be retried
   */
  boolean evaluate(CheckpointFile checkpoint) {
    // Hadoop treats text before a colon as a scheme.
    String name = WeightsFolder.nameOfOne(checkpoint.name());
    Path copy = staging.resolve(name.replace(':', '_').replace('/', '-'));
    try {
      if (folder.copy(checkpoint, copy)) {
        evaluate(checkpoint, copy);
      } else {
        skip(List.of(checkpoint), "it was replaced while it was being read");
      }
      return true;
    } catch (IOException e) {
      if (StorageException.isMissing(e)) {
        fail(checkpoint, "it no longer existed when it was to be read");
        return true;
      }
      return givenUp(checkpoint, e);
    } finally {
      delete(copy);
    }
  }

  private void evaluate(CheckpointFile checkpoint, Path copy) {
    evaluation.prepare();
    Attempt attempt = Attempt.of(evaluation, copy);
    if (attempt.failure().isPresent()) {
      failed(checkpoint, evaluation.problemOf(attempt.failure().get()));
      return;
    }
    ModelEvaluation.Report result = attempt.report();
    EvaluationTag tag = tag(checkpoint);
    JournalEntry entry =
        new JournalEntry(
            checkpoint,
            tag.iteration(),
            pace.now(),
            Outcome.EVALUATED,
            "",
            result.metrics(),
            result.rows(),
            result.skippedRows(),
            result.seconds(),
            result.evaluations().stream().map(record -> record.withTag(tag)).toList());
    bestModels.prepare(entry, copy);
    try {
      journal.commit(List.of(entry));
    } catch (RuntimeException e) {
      discardUncommitted(entry, e);
      throw e;
    }
    report.evaluated(entry, bestModels.committed(entry));
  }

  /** Records the failure of an evaluation. */
  private void failed(CheckpointFile checkpoint, String problem) {
    EvaluationTag tag = tag(checkpoint);
    JournalEntry entry =
        JournalEntry.withoutResult(
            checkpoint,
            tag.iteration(),
            pace.now(),
            Outcome.FAILED,
            problem,
            List.of(new EvaluationRecord.Failed(tag, problem)));
    journal.commit(List.of(entry));
    report.ended(entry);
  }

  private EvaluationTag tag(CheckpointFile checkpoint) {
    return new EvaluationTag(
        checkpoint.name(), journal.iterationOf(checkpoint, 0), evaluation.dataset());
  }

  /** Discards copies only if the journal surely lacks the entry; otherwise they get published. */
  private void discardUncommitted(JournalEntry entry, RuntimeException failure) {
    try {
      if (!journal.holds(entry)) {
        bestModels.discard(entry, failure);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private boolean givenUp(CheckpointFile checkpoint, IOException e) {
    int failures = failedReads.merge(checkpoint, 1, Integer::sum);
    if (failures < TRIES) {
      log.warn(
          "can't read {}, attempt {} of {}: {}",
          checkpoint.name(),
          failures,
          TRIES,
          ErrorLine.of(e));
      return false;
    }
    fail(checkpoint, "can't read it after %s attempts: %s".formatted(TRIES, ErrorLine.of(e)));
    return true;
  }

  /** Records all of them in one write, since each write waits for the disk. */
  private void end(List<CheckpointFile> checkpoints, Outcome outcome, String reason) {
    if (checkpoints.isEmpty()) {
      return;
    }
    List<JournalEntry> entries = new ArrayList<>();
    for (CheckpointFile checkpoint : checkpoints) {
      entries.add(
          JournalEntry.withoutResult(
              checkpoint,
              journal.iterationOf(checkpoint, entries.size()),
              pace.now(),
              outcome,
              reason,
              List.of()));
    }
    journal.commit(entries);
    entries.forEach(report::ended);
  }

  private static void delete(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      throw new StorageException(
          "can't delete the copy '%s': %s".formatted(copy, StorageException.reasonOf(e)), e);
    }
  }
}
