package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Stateful;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.progress.Terminal;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.SavedState;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunStatus;
import io.ostinato.tracking.RunSummary;
import io.ostinato.tracking.Tracker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What still runs, and what is kept, when a callback or an update fails. */
class MomentFailuresTest extends MomentsFixture {
  @Test
  void afterAFailureTheOthersRunMetricsAreFlushedAndACheckpointIsKept() {
    TrainingLoop training =
        loop()
            .callback(new Failing("first"))
            .callback(new Writing("a", Schedule.everyNUpdates(1), "x"))
            .callback(new Failing("second"))
            .length(TrainingLength.epochs(2))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("first failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("second failed"));
    assertThat(Trainings.records(training))
        .extracting(record -> record.iteration() + " " + record.metrics())
        .containsExactly("E0_U1_S16 {x=1.0}", "E0_U2_S32 {x=1.0}", "E0_U3_S48 {x=1.0}");
    assertThat(checkpoints(training).tags()).containsExactly("E0_U3_S48.error");
    assertThat(checkpoints(training).load("E0_U3_S48.error").isResumable()).isTrue();
  }

  @Test
  void aMomentThatFailsLeavesTheLastGoodCheckpoint() {
    TrainingLoop training =
        loop()
            .callback(
                new CheckpointCallback(
                    CheckpointCallback.Config.defaults().every(Schedule.everyNUpdates(1))))
            .callback(new Failing("first"))
            .callback(new KeepingWeights())
            .length(TrainingLength.epochs(2))
            .build();
    assertThatThrownBy(training::run).hasMessage("first failed");
    assertThat(checkpoints(training).tags())
        .containsExactly("E0_U2_S32", "E0_U3_S48.error", "mine");
    assertThat(checkpoints(training).latest()).contains("E0_U2_S32");
    assertThat(checkpoints(training).load("mine").iteration()).hasToString("E0_U3_S48");
    assertThat(checkpoints(training).load("E0_U3_S48.error").isResumable()).isTrue();
  }

  @Test
  void whatACallbackThrewDuringAnUpdateIsNotLostWhenTheUpdateFails() {
    // Fails in the first of two micro-batches, and the loss of the second is not finite.
    TrainingLoop training =
        loop()
            .microBatchSize(8)
            .loss(FiniteOnce::new)
            .callback(new FailingInStep())
            .length(TrainingLength.epochs(1))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("step failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .singleElement()
                    .isInstanceOf(NonFiniteLossException.class));
  }

  @Test
  void aFailureWhoseCheckpointCantBeKeptStillEndsTheRun() {
    List<String> given = new ArrayList<>();
    ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    TrainingLoop training =
        loop()
            .callback(new ProgressBarCallback(ProgressBarCallback.Config.defaults()))
            .callback(new Failing("first"))
            .callback(new Unsaveable())
            .progress(
                ProgressDisplay.console(
                    new Terminal(new PrintStream(terminal, true, StandardCharsets.UTF_8), 40),
                    Clock.systemUTC()))
            .tracker(
                new Tracker() {
                  @Override
                  public void log(MetricsRecord record) {}

                  @Override
                  public void finish(RunSummary summary, RunStatus status) {
                    given.add(status.toString());
                  }

                  @Override
                  public void close() {
                    given.add("close");
                  }
                })
            .length(TrainingLength.epochs(1))
            .build();
    assertThatThrownBy(training::run)
        .hasMessage("first failed")
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("no state"));
    assertThat(given).containsExactly("FAILED", "close");
    assertThat(training.folder().resolve("summary.json")).exists();
    assertThat(terminal.toString(StandardCharsets.UTF_8))
        .as("the bar is gone")
        .contains("training [")
        .endsWith(" \r");
  }

  @Test
  void aCallbackThatCantBeDetachedKeepsNothingElseOpen() {
    List<String> given = new ArrayList<>();
    TrainingLoop training =
        loop()
            .callback(new Detaching("a", given))
            .callback(new Detaching("b", given))
            .length(TrainingLength.updates(1))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(AssertionError.class)
        .hasMessage("b")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(given).containsExactly("b", "a");
  }

  @Test
  void anErrorKeepsTheOthersRunningToo() {
    Noting noting = new Noting("n", seen);
    assertThatThrownBy(
            () ->
                loop()
                    .callback(new Wrong())
                    .callback(noting)
                    .length(TrainingLength.updates(2))
                    .build()
                    .run())
        .isInstanceOf(AssertionError.class)
        .hasMessage("wrong");
    assertThat(seen).contains("n update E0_U1_S16").doesNotContain("n update E0_U2_S32");
  }

  private static final class Failing extends Callback {
    private static final long serialVersionUID = 1;

    Failing(String name) {
      super(name);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      if (at.current().update() == 3) {
        throw new IllegalStateException(name() + " failed");
      }
    }
  }

  private static final class FailingInStep extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      throw new IllegalStateException("step failed");
    }
  }

  private static final class Detaching extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen;

    Detaching(String name, List<String> seen) {
      super(name);
      this.seen = seen;
    }

    @Override
    protected void detached() {
      seen.add(name());
      throw new AssertionError(name());
    }
  }

  private static final class Unsaveable extends Callback implements Stateful {
    private static final long serialVersionUID = 1;

    @Override
    public SavedState saveState() {
      throw new AssertionError("no state");
    }

    @Override
    public void restoreState(SavedState state) {}
  }

  /** Not a number from the second time on. */
  private static final class FiniteOnce extends Loss {
    private int calls;

    FiniteOnce() {
      super("FiniteOnce");
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
      NDArray mean = predictions.singletonOrThrow().mean();
      return calls++ == 0 ? mean : mean.mul(Double.NaN);
    }
  }

  private static final class KeepingWeights extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      context().checkpointsFor(name()).saveWeights("mine", context().weights());
    }
  }

  private static final class Wrong extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      throw new AssertionError("wrong");
    }
  }
}
