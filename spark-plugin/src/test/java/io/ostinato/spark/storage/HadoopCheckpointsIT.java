package io.ostinato.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.CheckpointsContract;
import io.ostinato.storage.RunFiles;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingResult;
import io.ostinato.training.Trainings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HadoopCheckpointsIT extends CheckpointsContract {
  private MiniDfs hdfs;
  private String folder = "";

  @BeforeAll
  void start(@TempDir Path disk) throws IOException {
    hdfs = new MiniDfs(disk);
  }

  @AfterAll
  void stop() {
    hdfs.close();
  }

  @BeforeEach
  void folder() {
    folder = hdfs.newFolder();
  }

  @Override
  protected RunFiles files() {
    return HadoopRunFiles.in(folder, hdfs.configuration());
  }

  @Test
  void aTrainingKeepsItsCheckpointsThereAndGoesOnFromThem(@TempDir Path disk) {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingResult whole =
          training(manager, disk, "whole").length(TrainingLength.epochs(3)).build().run();
      training(manager, disk, "parts")
          .checkpoints(files())
          .length(TrainingLength.updates(15))
          .build()
          .run();
      TrainingResult resumed =
          training(manager, disk, "parts")
              .checkpoints(files())
              .resume("parts", TrainingLoopBuilder.LATEST)
              .length(TrainingLength.epochs(3))
              .build()
              .run();
      assertThat(resumed.weights().manifest()).isEqualTo(whole.weights().manifest());
      assertThat(Checkpoints.in(files()).latest()).contains("E3_U30_S480");
    }
  }

  private static TrainingLoopBuilder training(NDManager manager, Path disk, String runId) {
    return Trainings.on(manager, disk)
        .runId(runId)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()));
  }
}
