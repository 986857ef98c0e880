package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.callback.Callback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.stopping.FixedEarlyStopper;
import io.ostinato.tracking.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** What is called when a training ends, wherever that is. */
class LastMomentsTest extends MomentsFixture {
  @Test
  void anEarlyStopOnTheLastUpdateOfAnEpochStillRunsTheEpochsEnd() {
    TrainingLoop training =
        loop()
            .callback(new FixedEarlyStopper(new FixedEarlyStopper.Config(TrainingLength.epochs(1))))
            .callback(new Noting("n", seen))
            .callback(Trainings.accuracy())
            .length(TrainingLength.epochs(5))
            .build();
    TrainingResult result = training.run();
    assertThat(result.end()).hasToString("E1_U10_S160");
    assertThat(result.endedBy()).isEqualTo(EndedBy.CALLBACK);
    assertThat(result.reason()).isEqualTo("configured to stop after 1 epochs");
    assertThat(seen).endsWith("n update E1_U10_S160", "n epoch E1_U10_S160", "n after E1_U10_S160");
    assertThat(Trainings.records(training)).hasSize(1);
  }

  @Test
  void aLengthOfZeroTrainsNothingAndRunsNothingTwice() {
    TrainingLoop training =
        loop()
            .callback(new Noting("n", seen))
            .callback(
                new Writing("a", Schedule.everyNEpochs(1).and(Schedule.everyNUpdates(1)), "x"))
            .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
            .length(TrainingLength.samples(0))
            .build();
    assertThat(training.run().end()).hasToString("E0_U0_S0");
    assertThat(seen).containsExactly("n before E0_U0_S0", "n after E0_U0_S0");
    assertThat(Trainings.records(training)).isEmpty();
    assertThat(checkpoints(training).latest()).contains("E0_U0_S0");
  }

  @Test
  void aLengthMayEndInsideAnEpoch() {
    TrainingLoop training =
        loop()
            .callback(new Noting("n", seen))
            .callback(Trainings.accuracy())
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.samples(200))
            .build();
    assertThat(training.run().end()).hasToString("E1_U13_S208");
    assertThat(seen).contains("n epoch E1_U10_S160").endsWith("n after E1_U13_S208");
    assertThat(seen.stream().filter(s -> s.contains("epoch"))).hasSize(1);
    assertThat(Trainings.records(training)).hasSize(1);
  }

  @Test
  void metricsThatAreWrittenAfterTrainingAreFlushed() throws IOException {
    TrainingLoop training =
        loop().callback(new AtTheEnd()).length(TrainingLength.updates(3)).build();
    TrainingResult result = training.run();
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics())
        .containsExactly("E0_U3_S48 {end=3.0}");
    RunSummary.Value last = result.summary().last().get("end");
    assertThat(last).isNotNull().extracting(RunSummary.Value::value).isEqualTo(3.0);
    assertThat(Files.readString(training.folder().resolve("summary.json")))
        .contains("\"end\"", "\"E0_U3_S48\"");
  }

  private static final class AtTheEnd extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterTraining(UpdateCounter at) {
      writer().addScalar("end", at.current().update());
    }
  }
}
