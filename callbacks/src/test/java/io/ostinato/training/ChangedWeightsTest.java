package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.ostinato.averaging.EmaCallback;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.checkpoint.BestCheckpointCallback;
import io.ostinato.checkpoint.CheckpointCallback;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.EvaluationModel;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Callbacks that change the weights: whoever comes later sees it, and so does the checkpoint. */
class ChangedWeightsTest {
  private static final String CHANGED_AT = "E1_U2_S160";

  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  private enum Hook {
    BEFORE_TRAINING,
    TRACK_AFTER_UPDATE_STEP,
    AFTER_UPDATE,
    AFTER_EPOCH,
    PROCESS_RESULTS,
    AFTER_TRAINING,
    AT_EVAL
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Hook.class)
  void aChangeIsSeenByThoseThatComeLaterAtTheMoment(Hook hook) {
    Seeing before = new Seeing("before");
    Seeing later = new Seeing("later");
    TrainingLoop training =
        loop("run").callback(before).callback(changing(hook)).callback(later).build();
    if (hook == Hook.AT_EVAL) {
      training.evaluate();
    } else {
      training.run();
    }
    assertThat(before.seen).isEqualTo(before.present);
    assertThat(later.seen).isEqualTo(later.present);
    assertThat(later.seen).as("weights of the two").isNotEqualTo(before.seen);
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = Hook.class,
      names = {"AFTER_TRAINING", "AT_EVAL"},
      mode = EnumSource.Mode.EXCLUDE)
  void aTrainingThatGoesOnFromTheMomentOfAChangeEqualsTheUninterruptedOne(Hook hook) {
    TrainingResult whole = kept("whole", hook).build().run();
    TrainingResult resumed = kept("whole", hook).resume("whole", CHANGED_AT).build().run();
    assertThat(resumed.end()).isEqualTo(whole.end()).hasToString("E2_U4_S320");
    assertThat(resumed.weights().manifest()).isEqualTo(whole.weights().manifest());
  }

  @Test
  void checkpointsOfAMomentHaveWhatWasChangedAfterTheyWereAskedFor() {
    for (CheckpointCallback.Content content : CheckpointCallback.Content.values()) {
      Seeing last = new Seeing("last");
      TrainingLoop training =
          loop(content.toString())
              .callback(new CheckpointCallback(everyUpdate().content(content)))
              .callback(new Changing(Hook.AFTER_UPDATE))
              .callback(last)
              .length(TrainingLength.updates(2))
              .build();
      training.run();
      assertThat(checkpoints(training).load(CHANGED_AT).weights().manifest().hash())
          .as("%s", content)
          .isEqualTo(last.seen.get(last.seen.size() - 1));
    }
  }

  @Test
  void aCheckpointOfTheBeginningHasWhatWasChangedBeforeTraining() {
    Seeing last = new Seeing("last");
    TrainingLoop training =
        loop("run")
            .callback(new KeepingTheFirst())
            .callback(new Changing(Hook.BEFORE_TRAINING))
            .callback(last)
            .build();
    training.run();
    assertThat(checkpoints(training).load("first").weights().manifest().hash())
        .isEqualTo(last.seen.get(0));
  }

  @Test
  void theResultHasWhatWasChangedAfterTraining() {
    Seeing last = new Seeing("last");
    TrainingResult result =
        loop("run").callback(new Changing(Hook.AFTER_TRAINING)).callback(last).build().run();
    assertThat(result.weights().manifest().hash())
        .isEqualTo(last.seen.get(last.seen.size() - 1))
        .isNotEqualTo(last.seen.get(last.seen.size() - 2));
  }

  @Test
  void evaluationsThatAreDueTogetherSeeTheWeightsOfTheirTurn() {
    TrainingLoop training =
        loop("run")
            .callback(new OutputSum("a", false))
            .callback(new OutputSum("changing", true))
            .callback(new OutputSum("b", false))
            .callback(new Changing(Hook.AFTER_UPDATE))
            .callback(new OutputSum("c", false))
            .callback(new OutputSum("d", false))
            .length(TrainingLength.updates(2))
            .build();
    training.run();
    var unchanged = Trainings.records(training).get(0).metrics();
    assertThat(unchanged.values()).allMatch(sum -> sum.equals(unchanged.get("a")));
    var sums = Trainings.records(training).get(1).metrics();
    double a = sums.getOrDefault("a", Double.NaN);
    double b = sums.getOrDefault("b", Double.NaN);
    double c = sums.getOrDefault("c", Double.NaN);
    assertThat(sums.get("changing")).isEqualTo(a);
    // A change adds 1 to each of 3 * 8 weights and 3 biases, so the same number to the sum.
    assertThat(b - a).isGreaterThan(50);
    assertThat(c - b).isCloseTo(b - a, within(1e-2));
    assertThat(sums.get("d")).isEqualTo(c);
  }

  @Test
  void theBestWeightsAreThoseThatWereMeasured() {
    Seeing before = new Seeing("before");
    TrainingLoop training =
        loop("run")
            .metricProperties(
                MetricProperties.defaults().higherIsBetter("a").higherIsBetter("later"))
            .callback(new BestCheckpointCallback(best("a")))
            .callback(new BestCheckpointCallback(best("later")))
            .callback(new BestCheckpointCallback(best("accuracy/test")))
            .callback(before)
            .callback(Trainings.accuracy())
            .callback(new OutputSum("a", false))
            .callback(new Changing(Hook.AFTER_UPDATE))
            .callback(new OutputSum("later", false))
            .length(TrainingLength.updates(2))
            .build();
    TrainingResult result = training.run();
    Checkpoints kept = checkpoints(training);
    // Before training, twice in the first update, twice in the second until the change.
    String measured = before.seen.get(4);
    String changed = result.weights().manifest().hash();
    assertThat(kept.load("best_model.a").iteration()).hasToString(CHANGED_AT);
    assertThat(kept.load("best_model.a").weights().manifest().hash())
        .isEqualTo(measured)
        .isNotEqualTo(changed);
    assertThat(kept.load("best_model.later").weights().manifest().hash()).isEqualTo(changed);
    assertThat(kept.load("best_model.accuracy.test").weights().manifest().hash())
        .as("measured at the end of the epoch, after the change")
        .isEqualTo(changed);
  }

  private static BestCheckpointCallback.Config best(String metric) {
    return BestCheckpointCallback.Config.of(metric).every(Schedule.everyNEpochs(1));
  }

  @Test
  void anAverageBeginsWithWhatWasChangedBeforeTraining() {
    Averages averages = new Averages();
    loop("run")
        .callback(new EmaCallback(new EmaCallback.Config(List.of(0.5))))
        .callback(new Changing(Hook.BEFORE_TRAINING))
        .callback(averages)
        .length(TrainingLength.updates(1))
        .build()
        .run();
    assertThat(averages.average).hasSameSizeAs(averages.before);
    for (int i = 0; i < averages.average.size(); i++) {
      assertThat(averages.average.get(i))
          .isCloseTo(0.5f * (averages.before.get(i) + averages.after.get(i)), within(1e-6f));
    }
  }

  private TrainingLoopBuilder kept(String runId, Hook hook) {
    return loop(runId)
        .callback(new CheckpointCallback(everyUpdate()))
        .callback(Trainings.accuracy())
        .callback(changing(hook));
  }

  private static CheckpointCallback.Config everyUpdate() {
    return CheckpointCallback.Config.defaults()
        .every(Schedule.everyNUpdates(1))
        .keep(CheckpointCallback.Keep.ALL);
  }

  /** Two updates an epoch. */
  private TrainingLoopBuilder loop(String runId) {
    return Trainings.on(manager, folder)
        .runId(runId)
        .model(() -> Linear.builder().setUnits(3).build(), TestNets.FEATURES)
        .effectiveBatchSize(80)
        .optimizer(
            Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).optMomentum(0.5f).build())
        .length(TrainingLength.epochs(2));
  }

  private static Checkpoints checkpoints(TrainingLoop training) {
    return Checkpoints.in(LocalRunFiles.in(training.folder().resolve("checkpoints")));
  }

  private static void addOne(Iterable<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      try (NDArray weights = parameter.getArray().stopGradient()) {
        weights.addi(1);
      }
    }
  }

  private static List<Float> numbers(WeightSnapshot snapshot) {
    List<Float> numbers = new ArrayList<>();
    for (HostArray array : snapshot.arrays()) {
      var floats = ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      while (floats.hasRemaining()) {
        numbers.add(floats.get());
      }
    }
    return numbers;
  }

  private static Callback changing(Hook hook) {
    return hook == Hook.PROCESS_RESULTS ? new OutputSum("changing", true) : new Changing(hook);
  }

  private static boolean isSecond(UpdateCounter at) {
    return at.current().update() == 2;
  }

  /** Adds 1 to all weights in one hook, of the hooks of an update in that of the second. */
  private static final class Changing extends Callback {
    private static final long serialVersionUID = 1;
    private final Hook hook;

    Changing(Hook hook) {
      super("changing");
      this.hook = hook;
    }

    @Override
    public void beforeTraining(UpdateCounter at) {
      change(Hook.BEFORE_TRAINING, at.current().update() == 0);
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      change(Hook.TRACK_AFTER_UPDATE_STEP, isSecond(at));
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      change(Hook.AFTER_UPDATE, isSecond(at));
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      change(Hook.AFTER_EPOCH, isSecond(at));
    }

    @Override
    public void atEval(UpdateCounter at) {
      change(Hook.AT_EVAL, true);
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      change(Hook.AFTER_TRAINING, true);
    }

    private void change(Hook here, boolean now) {
      if (here == hook && now) {
        addOne(context().block().getParameters().values());
      }
    }
  }

  /** Notes in each hook the weights that it is given, and those that the model has. */
  private static final class Seeing extends Callback {
    private static final long serialVersionUID = 1;
    private final transient List<String> seen = new ArrayList<>();
    private final transient List<String> present = new ArrayList<>();

    Seeing(String name) {
      super(name);
    }

    @Override
    public void beforeTraining(UpdateCounter at) {
      see();
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      see();
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      see();
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      see();
    }

    @Override
    public void atEval(UpdateCounter at) {
      see();
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      see();
    }

    private void see() {
      seen.add(context().weights().manifest().hash());
      present.add(BlockWeights.snapshot(context().block()).manifest().hash());
    }
  }

  /** Asks for a checkpoint before anybody changes the first weights. */
  private static final class KeepingTheFirst extends Callback {
    private static final long serialVersionUID = 1;

    @Override
    public void beforeTraining(UpdateCounter at) {
      context().weights();
      context().checkpointsFor(name()).saveTraining("first");
    }
  }

  /** The sum of all outputs; may add 1 to all weights when it has it. */
  private static final class OutputSum extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final boolean changes;

    OutputSum(String name, boolean changes) {
      super(name, every(Schedule.everyNUpdates(1)));
      this.changes = changes;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("outputs", model.forward(batch.get("x")));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      writer()
          .addScalar(
              name(), results.get("outputs").toType(DataType.FLOAT64, false).sum().getDouble());
      if (changes && isSecond(at.counter())) {
        addOne(context().block().getParameters().values());
      }
    }
  }

  /** The weights before and after the first update, and their average. */
  private static final class Averages extends Callback {
    private static final long serialVersionUID = 1;
    private transient List<Float> before = List.of();
    private transient List<Float> after = List.of();
    private transient List<Float> average = List.of();

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      before = numbers(context().weights());
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      after = numbers(context().weights());
      average = numbers(context().variants().get(EmaCallback.weightsKey(0.5)));
    }
  }
}
