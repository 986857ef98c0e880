package io.ostinato.spark.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.LogLines;
import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.CheckpointsContract;
import io.ostinato.storage.LineFile;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.TakenOverException;
import io.ostinato.training.TrainingConfigurationException;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.TrainingLoopBuilder;
import io.ostinato.training.TrainingResult;
import io.ostinato.training.Trainings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("spark35")
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

  @Test
  void aTrainingThatHasLostItsRunWritesNothingMore() throws IOException {
    losesItsRun(files());
  }

  @Test
  void aTrainingThatHasLostItsRunInAnObjectStoreWritesNothingMore(@TempDir Path disk)
      throws IOException {
    losesItsRun(HadoopRunFiles.in(TestStore.of(disk), TestStore.configuration()));
  }

  @Test
  void aRunThatWasKilledBeforeItsFirstCheckpointStartsAgainIfNobodyWritesIt() {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      RunFiles run = files().folder("begun");
      begun(manager, files()).length(TrainingLength.epochs(1)).build().run();
      run.delete("summary.json");
      try (LineFile log = run.openLines("metrics.jsonl")) {
        assertThatThrownBy(() -> begun(manager, files()).length(TrainingLength.epochs(2)).build())
            .isInstanceOf(TrainingConfigurationException.class)
            .hasMessageContaining("run 'begun' already exists in '" + run.location())
            .hasMessageContaining("and a process is writing it, or was killed a moment ago");
        log.checkHeld();
      }
      begun(manager, files()).length(TrainingLength.epochs(2)).build().run();
      assertThat(run.lines("metrics.jsonl")).hasSize(2);
      assertThat(run.lines("metrics.superseded-1.jsonl"))
          .singleElement()
          .asString()
          .contains("E1_U10_S160");
      assertThat(run.folders()).isEmpty();
    }
  }

  @Test
  void whereNothingTellsWhoWritesARunItIsNotStartedAgain(@TempDir Path disk) {
    RunFiles store = HadoopRunFiles.in(TestStore.of(disk), TestStore.configuration());
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      begun(manager, store).length(TrainingLength.epochs(1)).build().run();
      store.folder("begun").delete("summary.json");
      assertThatThrownBy(() -> begun(manager, store).length(TrainingLength.epochs(2)).build())
          .isInstanceOf(TrainingConfigurationException.class)
          .hasMessageContaining("its file system can't tell whether a process is writing it")
          .hasMessageContaining("choose another run id, or remove the folder if none is");
    }
  }

  private static TrainingLoopBuilder begun(NDManager manager, RunFiles output) {
    return Trainings.on(manager, Path.of("unused"))
        .output(output)
        .runId("begun")
        .callback(Trainings.accuracy());
  }

  private static void losesItsRun(RunFiles output) {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      for (boolean isLogged : List.of(true, false)) {
        String runId = "lost-" + isLogged;
        RunFiles run = output.folder(runId);
        Takeover takeover = new Takeover(run);
        TrainingLoopBuilder builder =
            Trainings.on(manager, Path.of("unused"))
                .output(output)
                .runId(runId)
                .callback(takeover)
                .callback(
                    new CheckpointCallback(
                        CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(4))))
                .length(TrainingLength.epochs(3));
        if (isLogged) {
          builder.callback(Trainings.accuracy());
        }
        TrainingLoop lost = builder.build();
        List<String> warnings =
            LogLines.of(
                () ->
                    assertThatThrownBy(lost::run)
                        .as("at its next record, or at its next checkpoint")
                        .isInstanceOf(TakenOverException.class)
                        .hasMessageContaining("another process is writing '" + run.location()));
        assertThat(warnings)
            .anyMatch(line -> line.contains("run '" + runId + "' belongs to another process now"));
        assertThat(run.folder("checkpoints").list()).isEqualTo(takeover.checkpoints);
        assertThat(run.folder("checkpoints").text("latest")).isEqualTo("E0_U4_S64");
        assertThat(run.exists("summary.json")).isFalse();
        takeover.end();
        assertThat(run.lines("metrics.jsonl")).containsExactly("of the other process");
      }
    }
  }

  /** Takes the run over after an update, as a resume elsewhere does. */
  private static final class Takeover extends Callback {
    private static final long serialVersionUID = 1;
    private final transient RunFiles run;
    private transient List<String> checkpoints = List.of();
    private transient @Nullable LineFile taken;

    Takeover(RunFiles run) {
      this.run = run;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == 7) {
        taken = run.openLines("metrics.jsonl");
        taken.append("of the other process");
        checkpoints = run.folder("checkpoints").list();
      }
    }

    void end() {
      Objects.requireNonNull(taken).close();
    }
  }

  private static TrainingLoopBuilder training(NDManager manager, Path disk, String runId) {
    return Trainings.on(manager, disk)
        .runId(runId)
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()));
  }
}
