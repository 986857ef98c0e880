package io.ostinato.training;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.ArrayDataset;
import io.ostinato.callback.AccumulationStep;
import io.ostinato.callback.Callback;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.monitor.ProgressBarCallback;
import io.ostinato.progress.Progress;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void hooksRunInTheirOrderAndMetricsAreWrittenPerMoment() throws IOException {
    Recorder recorder = new Recorder();
    TrainingResult result =
        loop().callback(recorder).length(TrainingLength.updates(3)).build().run();
    assertThat(recorder.seen)
        .containsExactly(
            "beforeTraining E0_U0_S0",
            "step 16",
            "track E0_U1_S16",
            "update E0_U1_S16",
            "step 16",
            "track E1_U2_S32",
            "update E1_U2_S32",
            "epoch E1_U2_S32",
            "step 16",
            "track E1_U3_S48",
            "update E1_U3_S48",
            "afterTraining E1_U3_S48");
    assertThat(result.end()).hasToString("E1_U3_S48");
    List<String> lines = Files.readAllLines(result.folder().resolve("metrics.jsonl"));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("\"iteration\":\"E1_U2_S32\"", "\"updates\":2.0");
    assertThat(lines.get(1)).contains("\"iteration\":\"E1_U3_S48\"", "\"done\":1.0");
  }

  @Test
  void trainingLearns() throws IOException {
    // The class is the index of the largest of the first three features.
    Accuracy accuracy = new Accuracy(every(Schedule.everyNEpochs(20)));
    TrainingResult result =
        TrainingLoop.builder()
            .model(TestNets::classifier, TestNets.FEATURES)
            .data(container(largestOfThree(512), 40))
            .callback(accuracy)
            .withoutDefaultCallbacks()
            .length(TrainingLength.epochs(20))
            .output(folder)
            .progress(ProgressDisplay.silent())
            .build()
            .run();
    assertThat(accuracy.last).isGreaterThan(0.9);
    assertThat(Files.readString(result.folder().resolve("metrics.jsonl")))
        .contains("\"accuracy/test\":" + accuracy.last);
  }

  @Test
  void theSameSeedGivesTheSameWeightsAndEvaluationsDontDisturb() {
    TrainingResult plain = loop().length(TrainingLength.epochs(3)).runId("a").build().run();
    TrainingResult evaluated =
        loop()
            .length(TrainingLength.epochs(3))
            .callback(new Accuracy(every(Schedule.everyNUpdates(1))))
            .runId("b")
            .build()
            .run();
    TrainingResult other = loop().length(TrainingLength.epochs(3)).seed(1).runId("c").build().run();
    assertThat(evaluated.weights().manifest()).isEqualTo(plain.weights().manifest());
    assertThat(other.weights().manifest()).isNotEqualTo(plain.weights().manifest());
  }

  @Test
  void resultsMayNameOneArrayTwice() {
    Twice twice = new Twice(every(Schedule.everyNUpdates(1)));
    loop().callback(twice).length(TrainingLength.updates(1)).build().run();
    assertThat(twice.seen).containsExactly("40 rows", "40 rows", "scalars (1)");
  }

  @Test
  void aFailedEvaluationLeavesTrainingIntact() {
    TrainingResult plain = loop().length(TrainingLength.epochs(2)).runId("a").build().run();
    Tolerant tolerant = new Tolerant(new Failing(every(Schedule.everyNUpdates(1))));
    TrainingResult result =
        loop().length(TrainingLength.epochs(2)).callback(tolerant).runId("b").build().run();
    assertThat(tolerant.failures).hasSize(4).allMatch(text -> text.contains("callback 'failing'"));
    assertThat(result.weights().manifest()).isEqualTo(plain.weights().manifest());
  }

  @Test
  void whenACallbackFailsTheOthersStillRunAndTheirMetricsAreKept() throws IOException {
    Accuracy accuracy = new Accuracy(every(Schedule.everyNUpdates(1)));
    TrainingLoop training =
        loop()
            .callback(new Failing(every(Schedule.everyNUpdates(2))))
            .callback(accuracy)
            .length(TrainingLength.epochs(5))
            .build();
    assertThatThrownBy(training::run)
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'failing' at E1_U2_S32 on dataset 'test'")
        .hasMessageContaining("partition 0, rows 0 to 39")
        .hasMessageContaining("deliberately");
    assertThat(Files.readAllLines(training.folder().resolve("metrics.jsonl"))).hasSize(2);
  }

  @Test
  void allMistakesAreReportedTogether() {
    Callback unknown = new Accuracy(every(Schedule.everyNEpochs(1)).dataset("tets"));
    assertThatThrownBy(
            () ->
                TrainingLoop.builder()
                    .model(TestNets::classifier)
                    .data(container(rows(40), 10))
                    .callback(unknown)
                    .callback(new NotSerializable())
                    .effectiveBatchSize(64)
                    .length(TrainingLength.epochs(1))
                    .build())
        .isInstanceOf(TrainingConfigurationException.class)
        .hasMessageStartingWith("this training can't start:")
        .hasMessageContaining("the model has no input shape")
        .hasMessageContaining("callback 'accuracy' asks for dataset 'tets'; registered: test")
        .hasMessageContaining("callback 'not_serializable' can't be serialized: field")
        .hasMessageContaining("NotSerializable.thread holds a java.lang.Thread")
        .hasMessageContaining("40 rows, fewer than effective_batch_size=64");
    assertThatThrownBy(() -> loop().length(TrainingLength.updates(Long.MAX_VALUE / 2)).build())
        .hasMessageContaining("updates is too long: at most 2147483647 epochs");
    assertThatThrownBy(() -> TrainingLoop.builder().build())
        .hasMessageContaining("there is no model")
        .hasMessageContaining("there is no data")
        .hasMessageContaining("there is no training length");
  }

  @Test
  void eachMistakeSaysWhatItIsAbout() {
    Callback unknown = new Accuracy(every(Schedule.everyNEpochs(1)).dataset("tets"));
    assertThatThrownBy(
            () ->
                TrainingLoop.builder()
                    .data(container(rows(40), 10))
                    .callback(unknown)
                    .effectiveBatchSize(8)
                    .microBatchSize(3)
                    .length(TrainingLength.epochs(1))
                    .build())
        .isInstanceOfSatisfying(
            TrainingConfigurationException.class,
            refused -> {
              Mistake dataset =
                  Mistake.of(
                          Subject.callback("accuracy").key("dataset_key"),
                          "callback 'accuracy' asks for dataset 'tets'",
                          "registered: test")
                      .dependingOn(Subject.setting("datasets"));
              assertThat(refused.found()).contains(new TrainingMistake(dataset, List.of(unknown)));
              List<Mistake> travelled =
                  SerializedBytes.read(
                          SerializedBytes.of(refused), TrainingConfigurationException.class)
                      .mistakes();
              assertThat(travelled)
                  .isEqualTo(refused.mistakes())
                  .contains(dataset)
                  .extracting(Mistake::subject)
                  .contains(Subject.setting("model"), Subject.setting("micro_batch_size"));
            });
  }

  @Test
  void aLengthThatIsSetAgainReplacesTheOneBefore() {
    TrainingLoop training =
        loop().length(TrainingLength.epochs(100)).length(TrainingLength.updates(2)).build();
    assertThat(training.run().reason()).isEqualTo("reached its length of 2 updates");
  }

  @Test
  void anIdThatLeadsOutOfTheFolderOfRunsIsRefused() {
    String form = "' may have letters, digits and . _ = -, and begin with no dot";
    assertThatThrownBy(() -> loop().runId("../x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("run id '../x" + form);
    assertThatThrownBy(() -> loop().resume("/tmp/x", TrainingLoopBuilder.LATEST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("run id '/tmp/x" + form);
  }

  @Test
  void aTrainingRunsOnce() {
    TrainingLoop training = loop().length(TrainingLength.epochs(0)).build();
    assertThat(training.run().end()).hasToString("E0_U0_S0");
    assertThatThrownBy(training::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("this training has already run");
  }

  @Test
  void progressCountsTrainingAndEvaluation() {
    List<String> shown = new ArrayList<>();
    ProgressDisplay display =
        (label, total, unit) ->
            new Progress() {
              @Override
              public void update(long done, String message) {
                shown.add("%s %d/%d %s".formatted(label, done, total, unit));
              }

              @Override
              public void close() {}
            };
    loop()
        .callback(new ProgressBarCallback(ProgressBarCallback.Config.defaults()))
        .callback(new Accuracy(every(Schedule.everyNEpochs(1)).batchSize(20)))
        .length(TrainingLength.epochs(1))
        .progress(display)
        .build()
        .run();
    assertThat(shown)
        .containsExactly(
            "training 1/2 updates",
            "training 2/2 updates",
            "callback 'accuracy' at E1_U2_S32 on dataset 'test' 20/40 rows",
            "callback 'accuracy' at E1_U2_S32 on dataset 'test' 40/40 rows");
  }

  /** Two updates per epoch: 40 rows in batches of 16, the rest dropped. */
  private TrainingLoopBuilder loop() {
    return TrainingLoop.builder()
        .model(TestNets::classifier, TestNets.FEATURES)
        .data(container(rows(40), 40))
        .effectiveBatchSize(16)
        .output(folder)
        .withoutDefaultCallbacks()
        .progress(ProgressDisplay.silent());
  }

  private static DataContainer container(ArrayDataset train, int testRows) {
    return DataContainer.builder()
        .train(train)
        .evaluation("test", GeneratedRows.inMemory(testRows))
        .build();
  }

  private ArrayDataset rows(int rows) {
    float[][] x = new float[rows][];
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      x[row] = GeneratedRows.x(row);
      labels[row] = GeneratedRows.label(row);
    }
    return dataset(x, labels);
  }

  private ArrayDataset largestOfThree(int rows) {
    float[][] x = new float[rows][];
    long[] labels = new long[rows];
    for (int row = 0; row < rows; row++) {
      x[row] = GeneratedRows.x(row);
      labels[row] = largest(x[row]);
    }
    return dataset(x, labels);
  }

  private static long largest(float[] x) {
    return x[0] >= x[1] && x[0] >= x[2] ? 0 : x[1] >= x[2] ? 1 : 2;
  }

  private ArrayDataset dataset(float[][] x, long[] labels) {
    return new ArrayDataset.Builder()
        .setData(manager.create(x))
        .optLabels(manager.create(labels))
        .setSampling(16, false)
        .build();
  }

  private static class Accuracy extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private double last;

    Accuracy(DataIteratorConfig config) {
      super(config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      NDArray x = batch.get("x");
      NDArray classes = x.get(":, :3").argMax(1);
      return results("hit", model.forward(x).argMax(1).eq(classes));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      last = results.get("hit").toType(DataType.FLOAT32, false).mean().getFloat();
      writer().addScalar("accuracy/" + datasetKey(), last);
    }
  }

  private static final class Twice extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final ArrayList<String> seen = new ArrayList<>();

    Twice(DataIteratorConfig config) {
      super(config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      NDArray x = batch.get("x");
      NDList results = results("a", x, "b", x, "sum", x.sum());
      assertThat(results("a", x, "b", x, "c", x, "d", x)).hasSize(4);
      assertThat(results(List.of("a", "b", "c", "d", "e"), x, x, x, x, x.sum()))
          .extracting(NDArray::getName)
          .containsExactly("a", "b", "c", "d", "e");
      assertThatThrownBy(() -> results(List.of("a", "b"), x))
          .hasMessage("results(...) has 2 names for 1 arrays; give one for each: [a, b]");
      assertThatThrownBy(() -> results("a", x, "a", x))
          .hasMessage("two results are named 'a'; give one of them another name");
      assertThat(batch.get("x").getName()).isEqualTo("x");
      return results;
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      assertThat(results.get("a")).isEqualTo(results.get("b"));
      seen.add(results.get("a").getShape().get(0) + " rows");
      seen.add(results.get("b").getShape().get(0) + " rows");
      seen.add("scalars " + results.get("sum").getShape());
    }
  }

  private static final class Failing extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;

    Failing(DataIteratorConfig config) {
      super(config);
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      model.forward(batch.get("x"));
      throw new IllegalArgumentException("deliberately");
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      throw new AssertionError("there are no results");
    }
  }

  /** Runs another callback and goes on when that fails. */
  private static final class Tolerant extends Callback {
    private static final long serialVersionUID = 1;
    private final Failing failing;
    private final ArrayList<String> failures = new ArrayList<>();

    Tolerant(Failing failing) {
      this.failing = failing;
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      try {
        failing.attach(context());
        failing.afterUpdate(at);
      } catch (EvaluationException e) {
        failures.add(e.getMessage());
      }
    }
  }

  private static final class NotSerializable extends Callback {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // the mistake that the test is about
    private final Thread thread = Thread.currentThread();

    @Override
    public String toString() {
      return thread.toString();
    }
  }

  private static final class Recorder extends Callback {
    private static final long serialVersionUID = 1;
    private final ArrayList<String> seen = new ArrayList<>();

    @Override
    public void beforeTraining(UpdateCounter at) {
      seen.add("beforeTraining " + at.current());
    }

    @Override
    public void trackAfterAccumulationStep(AccumulationStep step) {
      assertThat(step.loss().getFloat()).isFinite();
      assertThat(step.outputs().singletonOrThrow().getShape()).isEqualTo(new Shape(16, 3));
      seen.add("step " + step.samples());
    }

    @Override
    public void trackAfterUpdateStep(UpdateCounter at) {
      seen.add("track " + at.current());
    }

    @Override
    public void afterUpdate(UpdateCounter at) {
      seen.add("update " + at.current());
    }

    @Override
    public void afterEpoch(UpdateCounter at) {
      seen.add("epoch " + at.current());
      writer().addScalar("updates", at.current().update());
    }

    @Override
    public void afterTraining(UpdateCounter at) {
      seen.add("afterTraining " + at.current());
      writer().addScalar("done", 1);
    }
  }
}
