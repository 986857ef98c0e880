package io.ostinato.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.callback.Callback;
import io.ostinato.evaluation.TestNets;
import io.ostinato.monitor.GradientNormCallback;
import io.ostinato.monitor.WeightNormCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.tracking.Histogram;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.Picture;
import io.ostinato.tracking.TensorBoardTracker;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Norms of gradients and weights; and what else of a model a callback can show. */
class NormCallbacksTest {
  private static final GradientNormCallback.Config GRADIENTS =
      GradientNormCallback.Config.defaults();

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void theNormOfTheGradientIsThatOfTheWholeUpdateBeforeItIsClipped() {
    // Plain descent at a rate of 0.5 moves each weight by half of its gradient.
    Snapshots free = new Snapshots();
    TrainingLoop training =
        loop("free")
            .microBatchSize(4)
            .callback(free)
            .callback(
                new GradientNormCallback(
                    GRADIENTS.every(Schedule.everyNUpdates(2)).parameters("*weight", "b*")))
            .length(TrainingLength.updates(4))
            .build();
    training.run();
    List<MetricsRecord> records = Trainings.records(training);
    assertThat(records).hasSize(2);
    for (int i = 0; i < 2; i++) {
      Map<String, Double> m = records.get(i).metrics();
      assertThat(m)
          .containsOnlyKeys(
              "gradient/norm/all",
              "gradient/near_zero/all",
              "gradient/norm/weight",
              "gradient/near_zero/weight",
              "gradient/norm/bias",
              "gradient/near_zero/bias");
      int update = 2 * i + 2;
      for (String parameter : List.of("weight", "bias")) {
        assertThat(m.getOrDefault("gradient/norm/" + parameter, Double.NaN))
            .isCloseTo(2 * free.moved(update, parameter), within(1e-5));
      }
      assertThat(m.getOrDefault("gradient/norm/all", Double.NaN))
          .isCloseTo(
              2 * Math.hypot(free.moved(update, "weight"), free.moved(update, "bias")),
              within(1e-5));
      assertThat(m).containsEntry("gradient/near_zero/all", 0.0);
    }
    TrainingLoop clipped =
        loop("clipped")
            .gradientClipping(GradientClipping.byNorm(1e-3))
            .callback(new GradientNormCallback(GRADIENTS.every(Schedule.everyNUpdates(2))))
            .length(TrainingLength.updates(2))
            .build();
    clipped.run();
    assertThat(Trainings.records(clipped).get(0).metrics().get("gradient/norm/all"))
        .isGreaterThan(0.01);
  }

  @Test
  void theShareNearZeroCountsElementsUpToTheLimit() {
    TrainingLoop training =
        loop("run")
            .callback(new Freezing())
            .callback(
                new GradientNormCallback(
                    GRADIENTS.every(Schedule.everyNUpdates(1)).nearZero(1e6).parameters("*")))
            .length(TrainingLength.updates(2))
            .build();
    training.run();
    assertThat(Trainings.records(training).get(0).metrics())
        .containsEntry("gradient/near_zero/all", 1.0)
        .containsKey("gradient/norm/bias");
    assertThat(Trainings.records(training).get(1).metrics().keySet())
        .as("frozen parameters have no gradient")
        .containsExactly(
            "gradient/norm/weight",
            "gradient/near_zero/weight",
            "gradient/norm/all",
            "gradient/near_zero/all");
  }

  @Test
  void theNormOfTheWeightsIsThatAfterTheUpdate() {
    Snapshots snapshots = new Snapshots();
    TrainingLoop training =
        loop("run")
            .callback(snapshots)
            .callback(
                new WeightNormCallback(
                    WeightNormCallback.Config.defaults()
                        .every(Schedule.everyNUpdates(2))
                        .parameters("weight")))
            .length(TrainingLength.updates(2))
            .build();
    training.run();
    Map<String, Double> m = Trainings.records(training).get(0).metrics();
    assertThat(m).containsOnlyKeys("weight/norm/weight", "weight/norm/all");
    assertThat(m.getOrDefault("weight/norm/weight", Double.NaN))
        .isCloseTo(snapshots.norm(2, "weight"), within(1e-5));
    assertThat(m.getOrDefault("weight/norm/all", Double.NaN))
        .isCloseTo(
            Math.hypot(snapshots.norm(2, "weight"), snapshots.norm(2, "bias")), within(1e-5));
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertThatThrownBy(
            () ->
                loop("a")
                    .callback(new GradientNormCallback(GRADIENTS.parameters("weight", "head*")))
                    .length(TrainingLength.updates(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "callback 'gradient_norm.E1' asks for parameters 'head*', which match none of the"
                + " model; it has: weight, bias");
    assertThatThrownBy(
            () ->
                loop("b")
                    .callback(
                        new WeightNormCallback(
                            WeightNormCallback.Config.defaults().parameters("w")))
                    .length(TrainingLength.updates(1))
                    .build()
                    .run())
        .hasMessageContaining("callback 'weight_norm.E1' asks for parameters 'w'");
    assertThatThrownBy(
            () ->
                loop("c")
                    .callback(new GradientNormCallback(GRADIENTS.nearZero(-1)))
                    .length(TrainingLength.updates(1))
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageContaining("callback 'gradient_norm.E1': near_zero=-1.0 must be at least 0");
  }

  @Test
  void picturesAndHistogramsGoToTheTrackersThatShowThem() {
    Gallery gallery = new Gallery();
    TensorBoardTracker other = TensorBoardTracker.inRunFolder();
    Showing showing = new Showing("showing");
    TrainingLoop training =
        loop("run")
            .tracker(record -> {})
            .tracker(gallery)
            .tracker(other)
            .callback(showing)
            .length(TrainingLength.updates(2))
            .build();
    training.run();
    assertThat(gallery.shown)
        .containsExactly(
            "E0_U1_S16 picture weights 3 by 8",
            "E0_U1_S16 histogram weights.distribution of 24",
            "E0_U2_S32 picture weights 3 by 8",
            "E0_U2_S32 histogram weights.distribution of 24");
    assertThat(showing.found).containsExactly(gallery, gallery);
    assertThat(Trainings.records(training)).as("they are no metrics").isEmpty();
    assertThatThrownBy(
            () ->
                loop("twice")
                    .callback(new Showing("one"))
                    .callback(new Showing("two"))
                    .length(TrainingLength.updates(1))
                    .build()
                    .run())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "'one' and 'two' both write 'weights' at one moment; give one of them another key");
  }

  private TrainingLoopBuilder loop(String runId) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(() -> ai.djl.nn.core.Linear.builder().setUnits(3).build(), TestNets.FEATURES)
        .optimizer(Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.5f)).build());
  }

  /** The weights before training and after each update. */
  private static final class Snapshots extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<WeightSnapshot> snapshots = new ArrayList<>();

    @Override
    public void beforeTraining(UpdateCounter at) {
      snapshots.add(context().weights());
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      snapshots.add(context().weights());
    }

    double norm(int update, String parameter) {
      return norm(numbers(update, parameter));
    }

    /** How far an update has moved a parameter. */
    double moved(int update, String parameter) {
      List<Double> before = numbers(update - 1, parameter);
      List<Double> after = numbers(update, parameter);
      List<Double> moved = new ArrayList<>();
      for (int i = 0; i < after.size(); i++) {
        moved.add(after.get(i) - before.get(i));
      }
      return norm(moved);
    }

    private List<Double> numbers(int update, String parameter) {
      List<Double> numbers = new ArrayList<>();
      for (HostArray array : snapshots.get(update).arrays()) {
        if (array.name().equals(parameter)) {
          var floats =
              ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
          while (floats.hasRemaining()) {
            numbers.add((double) floats.get());
          }
        }
      }
      return numbers;
    }

    private static double norm(List<Double> numbers) {
      return Math.sqrt(numbers.stream().mapToDouble(x -> x * x).sum());
    }
  }

  /** Freezes the bias after the first update. */
  private static final class Freezing extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void afterUpdate(UpdateCounter at) {
      context().parameters().forEach((name, parameter) -> parameter.freeze(name.equals("bias")));
    }
  }

  /** Shows the weights, and looks for a tracker. */
  private static final class Showing extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<Gallery> found = new ArrayList<>();

    Showing(String name) {
      super(name);
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      NDArray weights = context().parameters().values().iterator().next().getArray();
      writer().addImage("weights", Picture.of(weights));
      writer().addHistogram("weights.distribution", Histogram.of(weights));
      found.addAll(context().trackers(Gallery.class));
    }
  }

  private static final class Gallery implements io.ostinato.tracking.Tracker {
    private final List<String> shown = new ArrayList<>();

    @Override
    public void log(MetricsRecord record) {}

    @Override
    public void logImage(
        io.ostinato.schedule.TrainingIteration at, Instant time, String key, Picture picture) {
      shown.add("%s picture %s %s by %s".formatted(at, key, picture.height(), picture.width()));
    }

    @Override
    public void logHistogram(
        io.ostinato.schedule.TrainingIteration at, Instant time, String key, Histogram histogram) {
      shown.add("%s histogram %s of %s".formatted(at, key, histogram.count()));
    }
  }
}
