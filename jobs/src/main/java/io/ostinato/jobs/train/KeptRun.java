package io.ostinato.jobs.train;

import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.RunInfo;
import java.time.Clock;

/**
 * A run that an evaluation is kept as.
 *
 * @param output the folder of all runs
 */
record KeptRun(RunFiles output, String runId) {

  /** A new one. */
  static KeptRun in(RunFiles output) {
    return new KeptRun(output, RunInfo.newId(Clock.systemUTC()));
  }

  /** Where its files are, for messages. */
  String location() {
    return output.folder(runId).location();
  }
}
