package io.ostinato.training;

import io.ostinato.describe.Mistake;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.StorageException;
import io.ostinato.tracking.LoggedRecords;
import io.ostinato.tracking.MetricsLog;
import io.ostinato.training.CallbackRun.Purpose;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a run that starts, and what becomes of the records in it. */
record RunLog(TrainingSettings settings, MetricsLog metrics) {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  /**
   * Opens the log. A run from the beginning is never taken over from another process.
   *
   * @throws StorageException if it can't be written, or belongs to another process
   */
  static MetricsLog open(TrainingSettings settings, Purpose purpose) {
    boolean isNew =
        purpose == Purpose.TRAINING
            && settings.resumeFrom().isEmpty()
            && !settings.start().guard().wasHeld();
    return isNew ? openNew(settings) : MetricsLog.open(settings.run().files(), settings.clock());
  }

  private static MetricsLog openNew(TrainingSettings settings) {
    MetricsLog opened = MetricsLog.openOfNobody(settings.run().files(), settings.clock());
    if (opened.logged().count() > 0 && !settings.start().again()) {
      opened.close();
      throw new StorageException(
          "another process has written run '%s' in '%s' meanwhile; give this run another id"
              .formatted(settings.run().runId(), settings.run().files().location()));
    }
    return opened;
  }

  /**
   * Begins a training: resets the run to a checkpoint, or moves the records of a run that is
   * started again, and removes what a killed process left.
   *
   * @param resumed the checkpoint to resume from; empty for a run from the beginning
   */
  void begin(List<Checkpoint> resumed) {
    if (settings.start().again()) {
      int moved = metrics.supersedeAll();
      List<String> weights = settings.checkpoints().supersedeAll();
      log.info(
          "run '{}' starts again; {} records were moved{}",
          settings.run().runId(),
          moved,
          weights.isEmpty() ? "" : ", and weights to " + String.join(", ", weights));
    }
    resumed.forEach(checkpoint -> goBackTo(settings.resumeFrom().get(0), checkpoint));
    if (settings.start().again() || !resumed.isEmpty()) {
      settings
          .start()
          .deleteAbandoned(settings.run().files(), settings.checkpoints(), settings.clock());
    }
  }

  /**
   * Resets the run to a checkpoint. The newest files come first, so that an interruption can't
   * cause a resume from a later moment.
   */
  private void goBackTo(String tag, Checkpoint checkpoint) {
    int standsOn =
        LoggedRecords.in(checkpoint.loop()).map(logged -> standsOn(tag, logged)).orElse(0);
    metrics.checkRecords(standsOn);
    if (!settings.checkpoints().isMarkedLatest(tag)) {
      settings.checkpoints().markLatest(tag);
    }
    metrics.keepUpTo(checkpoint.iteration(), standsOn);
  }

  /** The number of records at the beginning of the log that are as the checkpoint knows them. */
  private int standsOn(String tag, LoggedRecords logged) {
    Optional<Mistake> mistake =
        new RecordsCheck(settings.run().files(), settings.checkpoints())
            .mistake(tag, logged, metrics.lines());
    if (mistake.isEmpty()) {
      return logged.count();
    }
    if (settings.start().lostMetrics() == LostMetrics.REFUSE) {
      throw new TrainingConfigurationException(List.of(TrainingMistake.of(mistake.get())));
    }
    log.warn("{}; training continues without them", mistake.get().problem());
    metrics.supersedeDamaged();
    return 0;
  }
}
