package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricsRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations at a checkpoint of another run. */
class EvaluateAtTest {
  @TempDir Path folder;

  @Test
  void callbacksMeasureWhatTheyMeasuredWhenTheCheckpointWasKept() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingLoop training = trained(manager);
      training.run();
      List<MetricsRecord> records = Trainings.records(training);
      Checkpoint checkpoint =
          Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")))
              .load("E1_U10_S160");
      TrainingLoop other = on(manager).runId("other").build();
      other.evaluate(checkpoint);
      assertThat(Trainings.records(other))
          .singleElement()
          .satisfies(
              record -> {
                assertThat(record.iteration()).hasToString("E1_U10_S160");
                assertThat(record.metrics()).isEqualTo(records.get(0).metrics());
              });
      assertThat(other.folder().resolve("checkpoints")).doesNotExist();
      assertThat(Trainings.records(training)).isEqualTo(records);
    }
  }

  @Test
  void aCheckpointOfAnotherTrainingIsRefused() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      TrainingLoop training = trained(manager);
      training.run();
      Checkpoint checkpoint =
          Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")))
              .load("E1_U10_S160");
      TrainingLoop otherModel =
          on(manager).runId("model").model(Trainings::noisyNet, TestNets.FEATURES).build();
      assertThatThrownBy(() -> otherModel.evaluate(checkpoint))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "the checkpoint at E1_U10_S160 doesn't belong to this training: the")
          .hasMessageContaining("the weights don't match the model: only the weights have");
      TrainingLoop otherEpochs = on(manager).runId("epochs").effectiveBatchSize(8).build();
      assertThatThrownBy(() -> otherEpochs.evaluate(checkpoint))
          .hasMessageContaining("never at E1_U10_S160");
    }
  }

  private TrainingLoop trained(NDManager manager) {
    return on(manager)
        .callback(
            new CheckpointCallback(
                new CheckpointCallback.Config(
                    Schedule.everyNEpochs(1),
                    CheckpointCallback.Content.TRAINING,
                    CheckpointCallback.Keep.ALL)))
        .build();
  }

  private TrainingLoopBuilder on(NDManager manager) {
    return Trainings.on(manager, folder)
        .length(TrainingLength.epochs(2))
        .callback(Trainings.accuracy());
  }
}
