package io.ostinato.training;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.NewestCheckpoint;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.LoggedRecords;
import io.ostinato.tracking.MetricsFile;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether a training can resume from a checkpoint, before the checkpoint is read.
 *
 * @param runId the id of the run
 * @param files the files of the run
 * @param checkpoints the checkpoints of the run
 * @param seed the seed of the training
 * @param lostMetrics what to do about missing records
 * @param found is given the newest checkpoint, if that is asked for
 * @param mistakes collects the mistakes found
 */
record ResumeCheck(
    String runId,
    RunFiles files,
    Checkpoints checkpoints,
    int seed,
    LostMetrics lostMetrics,
    Consumer<NewestCheckpoint> found,
    TrainingMistakes mistakes) {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);
  private static final Subject RESUME = Subject.setting("resume");

  /** The tag to resume from; empty if the training can't resume. */
  List<String> tag(String asked) {
    Optional<String> tag =
        asked.equals(TrainingLoopBuilder.LATEST) ? latest() : Optional.of(asked).filter(this::fits);
    tag.ifPresent(this::checkSeed);
    tag.ifPresent(this::checkRecords);
    return tag.stream().toList();
  }

  private Optional<String> latest() {
    NewestCheckpoint newest = checkpoints.newest();
    found.accept(newest);
    if (newest.tag().isEmpty()) {
      mistakes.add(
          newest.passedOver().isEmpty()
              ? none()
              : Mistake.of(
                  RESUME,
                  "run '%s' has no whole checkpoint to resume from in '%s': %s"
                      .formatted(runId, files.location(), newest.reasons()),
                  "restore it from a copy"));
    }
    return newest.tag();
  }

  private Mistake none() {
    String problem =
        "run '%s' has no checkpoint to resume from in '%s'".formatted(runId, files.location());
    return files.exists(MetricsFile.NAME)
        ? Mistake.of(RESUME, problem, "start it again with its run_id instead")
        : Mistake.of(RESUME, problem);
  }

  /** Warns of what was passed over to resume from this checkpoint. */
  static void warn(NewestCheckpoint newest) {
    newest
        .tag()
        .filter(tag -> !newest.passedOver().isEmpty())
        .ifPresent(
            tag ->
                log.warn(
                    "'{}' is the newest whole checkpoint to resume from; passed over: {}",
                    tag,
                    newest.reasons()));
  }

  private boolean fits(String tag) {
    List<String> tags = checkpoints.tags();
    Optional<String> problem = checkpoints.problemOf(tag);
    if (problem.isPresent()) {
      mistakes.add(
          Mistake.of(
              RESUME,
              "checkpoint '%s' of run '%s' is damaged: %s".formatted(tag, runId, problem.get()),
              "resume from another one: "
                  + listed(tags.stream().filter(other -> !other.equals(tag)).toList())));
      return false;
    }
    if (!tags.contains(tag)) {
      mistakes.add(
          Mistake.of(
              RESUME,
              "run '%s' has no checkpoint '%s'".formatted(runId, tag),
              "it has: " + listed(tags)));
      return false;
    }
    if (!checkpoints.isResumable(tag)) {
      mistakes.add(
          Mistake.of(
              RESUME,
              "checkpoint '%s' of run '%s' has weights only".formatted(tag, runId),
              "resume from a complete checkpoint: "
                  + listed(tags.stream().filter(checkpoints::isResumable).toList())));
      return false;
    }
    return true;
  }

  /** Checks the seed: with another one, the rest of an epoch would repeat rows and miss others. */
  private void checkSeed(String tag) {
    int before = LoopState.of(checkpoints.loop(tag), new LoopState(seed, 0)).seed();
    if (before != seed) {
      mistakes.add(
          Mistake.of(
                  RESUME,
                  "run '%s' was started with seed %s, and can't be resumed with seed %s"
                      .formatted(runId, before, seed),
                  "set seed: %s; in Java, seed(%s)".formatted(before, before))
              .dependingOn(
                  Subject.setting("seed"),
                  Subject.setting("output"),
                  Subject.setting("checkpoints"),
                  Subject.setting("run_id")));
    }
  }

  /** Checks that the log still has the records that the checkpoint was saved after. */
  private void checkRecords(String tag) {
    if (lostMetrics == LostMetrics.REFUSE) {
      LoggedRecords.in(checkpoints.loop(tag))
          .flatMap(
              logged ->
                  new RecordsCheck(files, checkpoints)
                      .mistake(tag, logged, files.lines(MetricsFile.NAME)))
          .ifPresent(mistakes::add);
    }
  }

  private static String listed(List<String> tags) {
    return tags.isEmpty() ? "none" : String.join(", ", tags);
  }
}
