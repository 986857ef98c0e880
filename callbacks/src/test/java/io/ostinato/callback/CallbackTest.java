package io.ostinato.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallbackTest {

  @Test
  void aCallbackIsNamedAfterItsClassUnlessTold() {
    assertThat(new TopKAccuracyCallback(Schedule.never()).name()).isEqualTo("top_k_accuracy");
    assertThat(new Named("mine").name()).isEqualTo("mine");
    assertThatThrownBy(() -> new Named(" ")).hasMessageContaining("a name that is not blank");
  }

  @Test
  void askingForTheContextWhereThereIsNoneSaysWhy() {
    assertThatThrownBy(() -> new Named("mine").context())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("callback 'mine' has no training context here")
        .hasMessageContaining("processData runs on a copy that has only the callback's own fields");
    assertThatThrownBy(() -> new Named("mine").writer())
        .hasMessageContaining("callback 'mine' has no log writer here");
  }

  @Test
  void aPeriodicCallbackRunsOncePerIterationWithTheFirstDueType() {
    TopKAccuracyCallback callback =
        new TopKAccuracyCallback(
            Schedule.everyNEpochs(1).and(Schedule.everyNUpdates(2)).and(Schedule.everyNSamples(2)));
    UpdateCounter counter = UpdateCounter.of(TrainingLength.epochs(2), 4, 1);
    while (!counter.isFinished()) {
      counter = counter.advance();
      callback.afterUpdate(counter);
      if (counter.isFullEpoch()) {
        callback.afterEpoch(counter);
      }
    }
    callback.atEval(counter);
    assertThat(callback.seen)
        .containsExactly(
            "UPDATE E0_U2_S2",
            "EPOCH E1_U4_S4",
            "UPDATE E1_U6_S6",
            "EPOCH E2_U8_S8",
            "EVAL E2_U8_S8");
  }

  @Test
  void aBatchSizeBelowOneIsRefused() {
    assertThatThrownBy(() -> DataIteratorConfig.every(Schedule.never()).batchSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch_size=0 must be at least 1");
  }

  @Test
  void whatCantBeSerializedIsNamedByItsField() {
    assertThat(SerializationCheck.problemOf(new Named("fine"))).isEmpty();
    assertThat(SerializationCheck.problemOf(new WithThread()))
        .hasValue(
            "field WithThread.helpers[].thread holds a java.lang.Thread, which is not serializable;"
                + " make it serializable, or transient if executors don't need it");
    Object lock = new Object();
    Schedule schedule = Schedule.never();
    Named capturing =
        new Named("capturing") {
          @Override
          public void beforeTraining(UpdateCounter at) {
            assertThat(lock).isNotEqualTo(schedule);
          }
        };
    assertThat(SerializationCheck.problemOf(capturing).orElseThrow())
        .as("an anonymous class captures what is around it")
        .contains("which is not serializable");
  }

  private static class Named extends Callback {
    private static final long serialVersionUID = 1;

    Named(String name) {
      super(name);
    }
  }

  private static final class WithThread extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<Helper> helpers = new ArrayList<>(List.of(new Helper()));

    @Override
    public String toString() {
      return helpers.toString();
    }
  }

  private static final class Helper implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // the mistake that the test is about
    private final Thread thread = Thread.currentThread();

    @Override
    public String toString() {
      return thread.toString();
    }
  }

  private static final class TopKAccuracyCallback extends PeriodicCallback {
    private static final long serialVersionUID = 1;
    private final ArrayList<String> seen = new ArrayList<>();

    TopKAccuracyCallback(Schedule schedule) {
      super(schedule);
    }

    @Override
    protected void periodicCallback(Invocation at) {
      assertThat(at.type()).isIn((Object[]) IntervalType.values());
      seen.add(at.type() + " " + at.iteration());
    }
  }
}
