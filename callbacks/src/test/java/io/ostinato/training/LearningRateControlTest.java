package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.Callback;
import io.ostinato.callback.TrainingContext;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.monitor.LearningRateCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearningRateControlTest {
  private static final Supplier<Optimizer> HALVING =
      () ->
          Optimizer.sgd()
              .setLearningRateTracker(
                  Tracker.factor().setBaseValue(1f).setFactor(0.5f).optMaxUpdates(1000).build())
              .build();
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aRateCanBeSetMultipliedAndGivenBackToTheSchedule() {
    TrainingLoop training =
        loop("run", HALVING)
            .callback(
                new Changing(
                    Map.of(
                        2L, context -> context.learningRate().multiply(0.1),
                        3L, context -> context.learningRate().multiply(10),
                        4L, context -> context.learningRate().set(7),
                        5L, context -> context.learningRate().multiply(0.5),
                        6L, context -> context.learningRate().followSchedule())))
            .callback(rates())
            .length(TrainingLength.updates(6))
            .build();
    training.run();
    List<Double> rates =
        Trainings.records(training).stream()
            .map(record -> record.metrics().getOrDefault("optim/lr/all", Double.NaN))
            .toList();
    double[] expected = {0.25, 0.0125, 0.0625, 7, 3.5, 0.0078125};
    assertThat(rates).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(rates.get(i)).as("after update %s", i + 1).isCloseTo(expected[i], within(1e-8));
    }
  }

  @Test
  void theOptimizerTakesTheRate() {
    Supplier<Optimizer> fixed =
        () -> Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build();
    float[] start = numbers(loop("start", fixed).length(TrainingLength.updates(0)).build().run());
    float[] slow = numbers(loop("slow", fixed).length(TrainingLength.updates(1)).build().run());
    float[] fast =
        numbers(
            loop("fast", fixed)
                .callback(new Changing(Map.of(0L, context -> context.learningRate().set(0.3))))
                .length(TrainingLength.updates(1))
                .build()
                .run());
    assertThat(fast).isNotEqualTo(slow);
    for (int i = 0; i < start.length; i++) {
      assertThat(fast[i] - start[i]).isCloseTo(3 * (slow[i] - start[i]), within(1e-5f));
    }
  }

  @Test
  void aChangeIsKeptOverAResumeAndUndoneForTheNextTraining() {
    Map<Long, Consumer<TrainingContext>> changes =
        Map.of(
            2L,
            context -> {
              context.learningRate().set(0.5);
              context.learningRate().multiply(0.25);
            });
    TrainingResult whole =
        loop("whole", HALVING)
            .callback(new Changing(changes))
            .length(TrainingLength.updates(6))
            .build()
            .run();
    loop("cut", HALVING)
        .callback(new Changing(changes))
        .callback(rates())
        .callback(new CheckpointCallback(CheckpointCallback.Config.defaults()))
        .length(TrainingLength.updates(3))
        .build()
        .run();
    Optimizer optimizer = HALVING.get();
    TrainingLoop rest =
        loop("cut", () -> optimizer)
            .callback(rates())
            .resume("cut", "latest")
            .length(TrainingLength.updates(6))
            .build();
    assertThat(rest.run().weights().manifest()).isEqualTo(whole.weights().manifest());
    assertThat(Trainings.records(rest).get(5).metrics()).containsEntry("optim/lr/all", 0.125);
    TrainingLoop next =
        loop("next", () -> optimizer).callback(rates()).length(TrainingLength.updates(1)).build();
    next.run();
    assertThat(Trainings.records(next).get(0).metrics()).containsEntry("optim/lr/all", 0.25);
  }

  @Test
  void ratesOfSingleParametersAreChangedTogether() {
    Optimizer optimizer =
        Optimizer.sgd()
            .setLearningRateTracker(
                ai.djl.training.tracker.FixedPerVarTracker.builder().setDefaultValue(0.5f).build())
            .build();
    Changing changing = new Changing(Map.of(1L, context -> context.learningRate().multiply(0.5)));
    loop("run", () -> optimizer).callback(changing).length(TrainingLength.updates(1)).build().run();
    assertThat(changing.rates).containsExactly(Map.of("all", 0.5), Map.of("all", 0.25));
  }

  @Test
  void whatIsNoRateAndAnOptimizerWithoutOneAreRefused() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> changeOnce(HALVING, context -> context.learningRate().set(bad)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a learning rate must be a finite number of at least 0; given: " + bad);
      assertThatThrownBy(() -> changeOnce(HALVING, context -> context.learningRate().multiply(bad)))
          .hasMessage(
              "a factor of the learning rate must be a finite number of at least 0; given: " + bad);
    }
    assertThatThrownBy(
            () ->
                changeOnce(
                    () -> Optimizer.adadelta().build(), context -> context.learningRate().set(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the optimizer Adadelta has no learning rate that can be changed: no field for a"
                + " Tracker");
  }

  private int runs;

  private void changeOnce(Supplier<Optimizer> optimizer, Consumer<TrainingContext> change) {
    loop("refused." + runs++, optimizer)
        .callback(new Changing(Map.of(0L, change)))
        .length(TrainingLength.updates(1))
        .build()
        .run();
  }

  private TrainingLoopBuilder loop(String runId, Supplier<Optimizer> optimizer) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(() -> ai.djl.nn.core.Linear.builder().setUnits(3).build(), TestNets.FEATURES)
        .optimizer(optimizer.get());
  }

  private static LearningRateCallback rates() {
    return new LearningRateCallback(new LearningRateCallback.Config(Schedule.everyNUpdates(1)));
  }

  private static float[] numbers(TrainingResult result) {
    WeightSnapshot weights = result.weights();
    List<Float> all = new ArrayList<>();
    for (HostArray array : weights.arrays()) {
      var floats = ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      while (floats.hasRemaining()) {
        all.add(floats.get());
      }
    }
    float[] numbers = new float[all.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = all.get(i);
    }
    return numbers;
  }

  /** Changes the rate after some updates, 0 for before training; notes the rates. */
  private static final class Changing extends Callback {
    private static final long serialVersionUID = 1;
    private final transient Map<Long, Consumer<TrainingContext>> changes;
    private final transient List<Map<String, Double>> rates = new ArrayList<>();

    Changing(Map<Long, Consumer<TrainingContext>> changes) {
      this.changes = changes;
    }

    @Override
    public void beforeTraining(UpdateCounter at) {
      change(at);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      change(at);
    }

    private void change(UpdateCounter at) {
      changes.getOrDefault(at.current().update(), context -> {}).accept(context());
      rates.add(context().learningRates());
    }
  }
}
