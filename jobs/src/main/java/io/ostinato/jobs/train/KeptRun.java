package io.ostinato.jobs.train;

import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.RunInfo;
import io.ostinato.training.TrainingLoopBuilder;
import java.time.Clock;

/**
 * A run in which an evaluation is stored.
 *
 * @param output the folder of all runs
 * @param isTemporary whether it is deleted afterwards, so that a report would be of no use
 */
record KeptRun(RunFiles output, String runId, boolean isTemporary) {

  /** Creates a new run. */
  static KeptRun in(RunFiles output) {
    return new KeptRun(output, RunInfo.newId(Clock.systemUTC()), false);
  }

  /** A run that is deleted after the evaluation. */
  static KeptRun temporary(RunFiles output) {
    return new KeptRun(output, "run", true);
  }

  /** Makes a training write to it. */
  void takeFilesOf(TrainingLoopBuilder training) {
    training.output(output).runId(runId);
    if (isTemporary) {
      training.withoutReport();
    }
  }

  /** The location of the run's files, for messages. */
  String location() {
    return output.folder(runId).location();
  }
}
