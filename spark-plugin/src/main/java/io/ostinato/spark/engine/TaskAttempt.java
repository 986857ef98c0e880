package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.storage.BlockManagerId;

/** Reports the attempt at a task that runs on this thread. */
final class TaskAttempt {
  private TaskAttempt() {}

  static Attempts ofThisTask() {
    TaskContext task = TaskContext.get();
    BlockManagerId executor = SparkEnv.get().blockManager().blockManagerId();
    return Attempts.ofTask(
        task.attemptNumber(),
        task.stageAttemptNumber(),
        "%s (%s)".formatted(executor.executorId(), executor.host()));
  }
}
