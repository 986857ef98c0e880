package io.ostinato.training;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.RunFiles;
import java.util.List;
import java.util.Optional;

/**
 * Checks whether a training can resume from a checkpoint, before the checkpoint is read.
 *
 * @param runId the id of the run
 * @param files the files of the run
 * @param checkpoints the checkpoints of the run
 * @param seed the seed of the training
 * @param mistakes collects the mistakes found
 */
record ResumeCheck(
    String runId, RunFiles files, Checkpoints checkpoints, int seed, TrainingMistakes mistakes) {
  private static final Subject RESUME = Subject.setting("resume");

  /** The tag to resume from; empty if the training can't resume. */
  List<String> tag(String asked) {
    Optional<String> found =
        asked.equals(TrainingLoopBuilder.LATEST) ? latest() : Optional.of(asked).filter(this::fits);
    found.ifPresent(this::checkSeed);
    return found.stream().toList();
  }

  private Optional<String> latest() {
    Optional<String> latest = checkpoints.latest();
    if (latest.isEmpty()) {
      mistakes.add(
          Mistake.of(
              RESUME,
              "run '%s' has no checkpoint to resume from in '%s'"
                  .formatted(runId, files.location())));
    }
    return latest;
  }

  private boolean fits(String tag) {
    List<String> tags = checkpoints.tags();
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

  private static String listed(List<String> tags) {
    return tags.isEmpty() ? "none" : String.join(", ", tags);
  }
}
