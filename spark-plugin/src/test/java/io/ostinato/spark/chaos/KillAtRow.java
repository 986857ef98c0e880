package io.ostinato.spark.chaos;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.model.EvaluationModel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Kills its own process once, after the batch with a row has been run.
 *
 * @param word the file that receives the id of the process
 */
record KillAtRow(BatchProcessor processor, String word, long row) implements BatchProcessor {
  @Override
  public NDList process(EvaluationBatch batch, EvaluationModel model) throws Exception {
    NDList results = processor.process(batch, model);
    if (batch.firstRow() <= row && row < batch.firstRow() + batch.rows()) {
      killOnce();
    }
    return results;
  }

  private void killOnce() throws IOException, InterruptedException {
    String pid = Long.toString(ProcessHandle.current().pid());
    try {
      Files.writeString(Path.of(word), pid, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      return; // this is the next attempt, or a copy of the task
    }
    new ProcessBuilder("sh", "-c", "kill -9 " + pid).start().waitFor();
    throw new IllegalStateException("this process should have been killed");
  }
}
