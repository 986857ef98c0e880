package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import io.ostinato.callback.Callback;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Trainings that share a process, and with it the engine's random numbers and gradients. */
class TwinTrainingsTest extends TwinsFixture {
  @Test
  void twoAtOnceGiveTheBitsOfEachAlone() throws Exception {
    String first = alone(1);
    String second = alone(2);
    assertThat(first).isNotEqualTo(second);
    CyclicBarrier meeting = new CyclicBarrier(2);
    Future<String> one = inBackground(() -> run(meeting(1, meeting)));
    Future<String> two = inBackground(() -> run(meeting(2, meeting)));
    assertThat(result(one)).isEqualTo(first);
    assertThat(result(two)).isEqualTo(second);
  }

  @Test
  void aTrainingInACallbackOfAnotherGivesTheBitsOfEachAlone() {
    String inner = alone(2);
    List<String> nested = new ArrayList<>();
    Callback trains = new AfterMicroBatch(() -> nested.add(run(noisy(2))));
    assertThat(run(noisy(1).callback(trains))).isEqualTo(alone(1));
    assertThat(nested).hasSize(MICRO_BATCHES).containsOnly(inner);
  }

  @Test
  void randomNumbersOfCallbacksDoNotChangeATraining() {
    Callback draws =
        new AfterMicroBatch(
            () -> {
              Engine.getInstance().setRandomSeed(7);
              manager.randomNormal(new Shape(10)).close();
            });
    assertThat(run(noisy(1).callback(draws))).isEqualTo(alone(1));
  }

  /** PyTorch records the operations of a new thread, and then refuses this optimizer's. */
  @Test
  void aTrainingGivesTheSameBitsOnAnyThread() throws Exception {
    String here = run(noisy(1).optimizer(new PlainDescent()));
    Future<String> there = inBackground(() -> run(noisy(1).optimizer(new PlainDescent())));
    assertThat(result(there)).isEqualTo(here);
  }

  @Test
  void gradientsThatOtherCodeCollectsAreNamedAsTheReasonForAFailure() {
    try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      assertThat(collector).isNotNull();
      assertThatThrownBy(() -> alone(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(
              "another GradientCollector is open in this process, and DJL allows only one; close it");
    }
    assertThat(alone(1)).isNotEmpty();
  }

  @Test
  void fitRunsWithoutATrainingOnAnotherThread() throws Exception {
    String refused =
        "EasyTrain.fit can't share random numbers and gradients with another training, and one runs"
            + " on thread '"
            + Thread.currentThread().getName()
            + "' of this process; wait for its end, closing its trainer, or use a TrainingLoop for"
            + " both";
    List<String> seen = new ArrayList<>();
    fit(new AfterUpdate(() -> seen.add(failure(inBackground(() -> run(noisy(2)))))));
    run(noisy(1).callback(new AfterUpdate(() -> seen.add(failure(inBackground(this::fitAlone))))));
    assertThat(seen).hasSize(10 + UPDATES).containsOnly(refused);
  }

  @Test
  void aTrainingInACallbackOfFitRuns() throws Exception {
    String alone = alone(2);
    List<String> nested = new ArrayList<>();
    fit(new AfterUpdate(() -> nested.add(run(noisy(2)))));
    assertThat(nested).hasSize(10).containsOnly(alone);
    assertThat(inBackground(this::fitAlone).get()).isEqualTo("fitted");
  }

  private String fitAlone() throws Exception {
    fit(new AfterUpdate(() -> {}));
    return "fitted";
  }

  private static String failure(Future<String> future) {
    try {
      return "none: " + future.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      return String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCallbackOfARunningTrainingIsRefusedInASecond() {
    Callback shared = new AfterMicroBatch(() -> {});
    Callback trains = new AfterMicroBatch(() -> run(noisy(2).callback(shared)));
    assertThatThrownBy(() -> run(noisy(1).callback(shared).callback(trains)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "callback 'after_micro_batch' belongs to a training that is still running; create one"
                + " for each training");
    assertThat(run(noisy(1).callback(shared))).isEqualTo(alone(1));
  }

  @Test
  void anOptimizerOfARunningTrainingIsRefusedInASecond() {
    Optimizer shared = Optimizer.adam().build();
    Callback trains = new AfterMicroBatch(() -> run(noisy(2).optimizer(shared)));
    assertThatThrownBy(() -> run(noisy(1).optimizer(shared).callback(trains)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(
            "the optimizer Adam belongs to a training that is still running; build one for each"
                + " training");
    assertThat(run(noisy(1).optimizer(shared))).isEqualTo(alone(1));
  }

  /** A step of DJL's operations. */
  private static final class PlainDescent extends Optimizer {
    PlainDescent() {
      super(new Builder());
    }

    @Override
    public void update(String parameterId, NDArray weight, NDArray gradient) {
      try (NDArray step = gradient.mul(0.1f)) {
        weight.subi(step);
      }
    }

    private static final class Builder extends OptimizerBuilder<Builder> {
      @Override
      protected Builder self() {
        return this;
      }
    }
  }

  private TrainingLoopBuilder meeting(int seed, CyclicBarrier meeting) {
    return noisy(seed).callback(new AfterMicroBatch(() -> await(meeting)));
  }
}
