package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.callback.Invocation;
import io.ostinato.loss.OnlineLossCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.Tracker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is written of a moment. */
class MomentRecordsTest extends MomentsFixture {
  @Test
  void twoEvaluationsAndALogIntervalThatCoincideMakeOneRecord() {
    TrainingLoop training =
        loop()
            .callback(Trainings.accuracy())
            .callback(new SecondAccuracy())
            .callback(
                new OnlineLossCallback(new OnlineLossCallback.Config(Schedule.everyNUpdates(5))))
            .callback(new OnlineLossCallback(OnlineLossCallback.Config.defaults()))
            .length(TrainingLength.epochs(1))
            .build();
    training.run();
    List<MetricsRecord> records = Trainings.records(training);
    assertThat(records).hasSize(2);
    assertThat(records.get(0).metrics()).containsOnlyKeys("loss/online/softmax_cross_entropy/U5");
    assertThat(records.get(1).metrics())
        .containsOnlyKeys(
            "loss/online/softmax_cross_entropy/U5",
            "loss/online/softmax_cross_entropy/E1",
            "accuracy/test",
            "second");
  }

  @Test
  void trackersAreGivenEveryRecordAndTheirFailuresStopNothing() {
    List<String> given = new ArrayList<>();
    Tracker failing =
        record -> {
          throw new IllegalStateException("the server is gone");
        };
    Tracker noting =
        new Tracker() {
          @Override
          public void start(RunInfo run) {
            given.add("start %s %s".formatted(run.runId(), run.parameters()));
          }

          @Override
          public void log(MetricsRecord record) {
            given.add(record.iteration() + " " + record.metrics());
          }

          @Override
          public void finish(RunSummary summary, RunStatus status) {
            given.add("%s %s".formatted(status, summary.last().keySet()));
          }

          @Override
          public void close() {
            given.add("close");
          }
        };
    loop()
        .tracker(failing)
        .tracker(noting)
        .parameter("net", "small")
        .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
        .length(TrainingLength.epochs(2))
        .build()
        .run();
    assertThat(given)
        .containsExactly(
            "start run {length=2 epochs, effective_batch_size=16, micro_batch_size=16, seed=0,"
                + " net=small}",
            "E1_U10_S160 {x=1.0}",
            "E2_U20_S320 {x=1.0}",
            "FINISHED [x]",
            "close");
  }

  /** A second evaluation on the same dataset, under another key. */
  private static final class SecondAccuracy extends Trainings.Accuracy {
    private static final long serialVersionUID = 1;

    SecondAccuracy() {
      super(every(Schedule.everyNEpochs(1)));
    }

    @Override
    protected void processResults(io.ostinato.evaluation.EvaluationResults results, Invocation at) {
      writer().addScalar("second", results.rows());
    }
  }
}
