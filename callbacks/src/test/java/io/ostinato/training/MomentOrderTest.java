package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.tracking.MetricsRecord;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** In which order hooks are called, and metrics are read after they are written. */
class MomentOrderTest extends MomentsFixture {
  @Test
  void anUpdateOfSeveralMicroBatchesThatEndsAnEpochIsInOrder() {
    loop()
        .effectiveBatchSize(80)
        .microBatchSize(40)
        .callback(new Noting("a", seen))
        .callback(new Noting("b", seen))
        .length(TrainingLength.updates(2))
        .build()
        .run();
    assertThat(seen)
        .containsExactly(
            "a before E0_U0_S0",
            "b before E0_U0_S0",
            "a step 40",
            "b step 40",
            "a step 40",
            "b step 40",
            "a track E0_U1_S80",
            "b track E0_U1_S80",
            "a update E0_U1_S80",
            "b update E0_U1_S80",
            "a step 40",
            "b step 40",
            "a step 40",
            "b step 40",
            "a track E1_U2_S160",
            "b track E1_U2_S160",
            "a update E1_U2_S160",
            "b update E1_U2_S160",
            "a epoch E1_U2_S160",
            "b epoch E1_U2_S160",
            "a after E1_U2_S160",
            "b after E1_U2_S160");
  }

  @Test
  void whoReadsAMetricIsCalledAfterItsWritersWhateverTheOrderOfRegistration() {
    // c reads what b writes, b reads what a writes; they are registered the wrong way round, and
    // their intervals are of different types.
    TrainingLoop training =
        loop()
            .callback(new Copying("c", Schedule.everyNUpdates(10), "y", "z"))
            .callback(new Copying("b", Schedule.everyNSamples(160), "x", "y"))
            .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
            .length(TrainingLength.epochs(2))
            .build();
    training.run();
    assertThat(Trainings.records(training))
        .extracting(MetricsRecord::toString)
        .allMatch(record -> record.contains("{x=1.0, y=1.0, z=1.0}"))
        .hasSize(2);
  }

  @Test
  void readersThatWaitForEachOtherAreRefused() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Copying("a", Schedule.everyNEpochs(1), "x", "y"))
                    .callback(new Copying("b", Schedule.everyNEpochs(1), "y", "x"))
                    .length(TrainingLength.epochs(1))
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("callbacks ['a', 'b'] read metrics that they write for each other");
  }

  @Test
  void aMetricThatNobodyWroteIsAnErrorThatNamesThoseThereAre() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
                    .callback(new Copying("b", Schedule.everyNEpochs(1), "accurracy", "y"))
                    .length(TrainingLength.epochs(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("callback 'b' needs the metric 'accurracy', which was not written")
        .hasMessageContaining("written: x");
  }

  @Test
  void twoWritersOfOneKeyAreNamed() {
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Writing("a", Schedule.everyNEpochs(1), "x"))
                    .callback(new Writing("b", Schedule.everyNEpochs(1), "x"))
                    .length(TrainingLength.epochs(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'a' and 'b' both write the metric 'x' at one moment");
  }

  private static final class Copying extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final String from;
    private final String to;

    Copying(String name, Schedule schedule, String from, String to) {
      super(name, schedule);
      this.from = from;
      this.to = to;
    }

    @Override
    public Set<String> readsMetrics() {
      return Set.of(from);
    }

    @Override
    public Set<String> writesMetrics() {
      return Set.of(to);
    }

    @Override
    protected void periodicCallback(Invocation at) {
      writer().addScalar(to, context().metrics().get(from, name()));
    }
  }
}
