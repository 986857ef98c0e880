package io.ostinato.training;

import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.RunSummary;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Checks whether a run can start: it is new, or was killed before its first checkpoint. Such a run
 * has only records and weights, which are moved to other files, and files that the run writes
 * again.
 *
 * @param runId the id of the run
 * @param files the files of the run
 * @param checkpoints the files of its checkpoints
 * @param hasOwnCheckpoints whether the checkpoints are in the run's folder
 * @param mistakes collects the mistakes found
 */
record StartCheck(
    String runId,
    RunFiles files,
    RunFiles checkpoints,
    boolean hasOwnCheckpoints,
    TrainingMistakes mistakes) {
  private static final Pattern OF_A_BEGUN_RUN =
      Pattern.compile(
          "(metrics|evaluations)(\\.superseded-\\d+)?\\.jsonl|config\\.yaml|run\\.json|report\\.html");

  private static final List<String> FOLDERS =
      List.of("checkpoints", "tensorboard", "metrics.jsonl.lines", "evaluations.jsonl.lines");

  private static final Subject RUN_ID = Subject.setting("run_id");

  /** Whether the run was begun before; false for a new one. */
  boolean isAgain() {
    boolean isBegun = files.exists(MetricsFile.NAME) || !files.lines(MetricsFile.NAME).isEmpty();
    if (!isBegun && !(hasOwnCheckpoints && hasCheckpoints())) {
      return false;
    }
    if (files.exists(RunSummary.NAME) || hasCheckpoints() && !hasOnlyWeights() || !isOnlyBegun()) {
      refuse("already exists in '%s'", "resume it, or choose another run id");
      return false;
    }
    return isOfNobody();
  }

  private boolean isOfNobody() {
    return switch (files.writerOf(MetricsFile.NAME)) {
      case NONE -> true;
      case SOME -> {
        refuse(
            "already exists in '%s', and a process is writing it, or was killed a moment ago",
            "choose another run id, or end the process and try again in a minute");
        yield false;
      }
      case UNKNOWN -> {
        refuse(
            "already exists in '%s', and its file system can't tell whether a process is writing it",
            "choose another run id, or remove the folder if none is");
        yield false;
      }
    };
  }

  private boolean hasCheckpoints() {
    return checkpoints.list().stream().anyMatch(name -> !name.endsWith(".next"));
  }

  /** Whether all checkpoints are whole, and none can be resumed from. */
  private boolean hasOnlyWeights() {
    Checkpoints all = Checkpoints.in(checkpoints);
    List<String> tags = all.tags();
    return !tags.isEmpty()
        && tags.stream().allMatch(tag -> all.problemOf(tag).isEmpty() && !all.isResumable(tag));
  }

  /** Whether nothing would be lost if the run started again. */
  private boolean isOnlyBegun() {
    return files.list().stream().allMatch(name -> OF_A_BEGUN_RUN.matcher(name).matches())
        && FOLDERS.containsAll(files.folders())
        && MetricsFile.areRecords(files.lines(MetricsFile.NAME));
  }

  private void refuse(String problem, String remedy) {
    mistakes.add(
        Mistake.of(
            RUN_ID, "run '%s' %s".formatted(runId, problem.formatted(files.location())), remedy));
  }
}
