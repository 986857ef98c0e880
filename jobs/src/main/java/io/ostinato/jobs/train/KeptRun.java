package io.ostinato.jobs.train;

import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.RunInfo;
import java.time.Clock;

/**
 * A run in which an evaluation is stored.
 *
 * @param output the folder of all runs
 */
record KeptRun(RunFiles output, String runId) {

  /** Creates a new run. */
  static KeptRun in(RunFiles output) {
    return new KeptRun(output, RunInfo.newId(Clock.systemUTC()));
  }

  /** The location of the run's files, for messages. */
  String location() {
    return output.folder(runId).location();
  }
}
