package io.ostinato.training;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.RunSummary;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;

/**
 * The result of a training.
 *
 * @param files the files of the run
 * @param end the last iteration
 * @param weights the weights at the end
 * @param endedBy why it ended
 * @param reason why it ended, in words
 * @param summary the last and the best value of each metric
 */
public record TrainingResult(
    RunFiles files,
    TrainingIteration end,
    WeightSnapshot weights,
    EndedBy endedBy,
    String reason,
    RunSummary summary) {

  /**
   * The folder of the run on this machine.
   *
   * @throws IllegalStateException if it is on another file system
   */
  public Path folder() {
    return files.localFolder();
  }
}
