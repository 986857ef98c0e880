package io.ostinato.evaluation;

import static io.ostinato.callback.DataIteratorConfig.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.callback.Invocation;
import io.ostinato.callback.PeriodicDataIteratorCallback;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.metric.Average;
import io.ostinato.metric.ClassMetrics;
import io.ostinato.metric.ClassOutputs;
import io.ostinato.metric.EmbeddingSearch;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.metric.OutputsAverage;
import io.ostinato.metric.RegressionMetrics;
import io.ostinato.metric.RetrievalMetrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.training.MeetingTraining;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.Trainings;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link EvaluationEngine} promises. */
public abstract class EvaluationEngineContract extends EvaluationPolicyContract {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  private static final ModelSource TORCH_SCRIPT = ModelSource.torchScript();

  /** The engine under test; the same one for all tests of a class will do. */
  protected abstract EvaluationEngine engine();

  /** {@link GeneratedRows} in partitions of these sizes, as this engine reads them. */
  protected abstract EvaluationData generated(int... partitions);

  /** The rows of {@code images}, float32 (rows, 1, 5, 5), as column x. */
  protected abstract EvaluationData images(float[][] images);

  @Test
  void resultsComeInDatasetOrder() {
    int[] partitions = GeneratedRows.unevenPartitions();
    int rows = IntStream.of(partitions).sum();
    try (EvaluationResults results = evaluate(64, EvaluationEngineContract::echo, partitions)) {
      assertThat(results.rows()).isEqualTo(rows);
      assertThat(results.get("x").getShape().getShape()).containsExactly(rows, 8);
      float[] x = results.get("x").toFloatArray();
      long[] labels = results.get("labels").toLongArray();
      for (int row = 0; row < rows; row++) {
        assertThat(labels[row]).isEqualTo(GeneratedRows.label(row));
        assertThat(Arrays.copyOfRange(x, row * 8, row * 8 + 8)).isEqualTo(GeneratedRows.x(row));
      }
    }
  }

  @Test
  void numbersAreThoseOfTheLocalEngineBitForBit() {
    int[] partitions = GeneratedRows.unevenPartitions();
    for (int batchSize : new int[] {64, 333}) {
      EvaluationRequest request =
          request(generated(partitions), batchSize, EvaluationEngineContract::predict, 1);
      EvaluationRequest local =
          request(
              GeneratedRows.inMemory(partitions), batchSize, EvaluationEngineContract::predict, 1);
      assertThat(bytes(engine(), request)).isEqualTo(bytes(new LocalEvaluationEngine(), local));
    }
  }

  @Test
  void twoEvaluationsThatDrawRandomNumbersLeaveATrainingAsItIs(@TempDir Path folder)
      throws Exception {
    String alone = MeetingTraining.run(folder.resolve("alone"));
    EvaluationRequest request = request(generated(20, 20), 16, EvaluationEngineContract::draw, 1);
    Runnable draws = () -> evaluate(request).close();
    assertThat(MeetingTraining.run(folder.resolve("beside"), draws, draws)).isEqualTo(alone);
  }

  @Test
  void rowCountsAreExactForAnySizeAndBatch() {
    Random random = new Random(42);
    for (int i = 0; i < 25; i++) {
      int rows = i == 0 ? 1 : 1 + random.nextInt(300);
      int batchSize = 1 + random.nextInt(64);
      int[] partitions = GeneratedRows.randomPartitions(rows, random);
      try (EvaluationResults results =
          evaluate(batchSize, EvaluationEngineContract::echo, partitions)) {
        assertThat(results.rows()).isEqualTo(rows);
        assertThat(results.get("labels").toLongArray())
            .as("%d rows in batches of %d", rows, batchSize)
            .isEqualTo(IntStream.range(0, rows).mapToLong(GeneratedRows::label).toArray());
      }
    }
  }

  @Test
  void eachBatchIsAsLargeAsItsPartitionAllows() {
    try (EvaluationResults results = evaluate(4, (batch, model) -> rowsOf(batch), 9, 0, 4, 1)) {
      assertThat(results.get("rows").toIntArray()).containsExactly(4, 4, 1, 4, 1);
      assertThat(results.get("first").toLongArray()).containsExactly(0, 4, 8, 9, 13);
    }
  }

  @Test
  void theFirstRowsAreEvaluatedAsIfThereWereNoMore() {
    Random random = new Random(12);
    for (int i = 0; i < 8; i++) {
      int rows = 1 + random.nextInt(200);
      int batchSize = 1 + random.nextInt(40);
      int[] partitions = GeneratedRows.randomPartitions(rows, random);
      long first = i < 2 ? rows + 7L * i : 1 + random.nextInt(rows + 20);
      EvaluationData all = generated(partitions);
      EvaluationData cut = GeneratedRows.inMemory(first(partitions, first));
      DataSelection selection = DataSelection.everything().withMaxRows(first);
      for (EvaluationRequest whole :
          List.of(
              request(cut, batchSize, EvaluationEngineContract::predict, 1),
              request(cut, batchSize, (batch, model) -> rowsOf(batch), 1),
              measured(cut, batchSize))) {
        try (LocalEvaluationEngine local = new LocalEvaluationEngine();
            EvaluationResults results =
                engine().evaluate(of(whole, all, selection), ProgressDisplay.silent())) {
          assertThat(results.rows()).isEqualTo(Math.min(first, rows));
          assertThat(content(results))
              .as("%d of %d rows in batches of %d", first, rows, batchSize)
              .isEqualTo(content(local, whole));
        }
      }
    }
  }

  @Test
  void certificatesAreThoseOfTheLocalEngineWhateverTheBatches() {
    Random random = new Random(14);
    for (int i = 0; i < 8; i++) {
      int rows = 1 + random.nextInt(300);
      int[] partitions = GeneratedRows.randomPartitions(rows, random);
      DataSelection selection =
          new DataSelection(
              i % 4 == 3 ? 1 + random.nextInt(rows) : DataSelection.ALL_ROWS,
              i % 2 == 0 ? List.of() : List.of("class"));
      EvaluationRequest request =
          i % 3 == 0 && selection.columns().isEmpty()
              ? measured(generated(partitions), 1 + random.nextInt(64))
              : request(
                  generated(partitions),
                  1 + random.nextInt(64),
                  EvaluationEngineContract::names,
                  1);
      Certificate certificate = certificate(engine(), of(request, request.data(), selection));
      Certificate other =
          certificate(
              new LocalEvaluationEngine(),
              of(
                  request(
                      GeneratedRows.inMemory(partitions), 7, EvaluationEngineContract::names, 1),
                  selection));
      assertThat(certificate)
          .usingRecursiveComparison()
          .ignoringFields("attempts")
          .isEqualTo(other);
      assertThat(certificate.rowsExpected()).isEqualTo(Math.min(rows, selection.maxRows()));
      assertThat(certificate.rowsEvaluated()).isEqualTo(certificate.rowsExpected());
      assertThat(certificate.partitions().stream().mapToLong(Certificate.Partition::rows).sum())
          .isEqualTo(certificate.rowsExpected());
      assertThat(certificate.attempts().tasks()).isPositive();
      assertThat(certificate.attempts().started()).isEqualTo(certificate.attempts().tasks());
      assertThat(certificate.attempts().executors().values().stream().mapToInt(n -> n).sum())
          .isEqualTo(certificate.attempts().tasks());
    }
  }

  @Test
  void theOrderDigestIsThatOfTheRowsWhateverThePartitions() {
    EvaluationRequest one = request(generated(90, 0, 40), 16, EvaluationEngineContract::names, 1);
    EvaluationRequest other = request(generated(130), 50, EvaluationEngineContract::names, 2);
    EvaluationRequest fewer = of(one, DataSelection.everything().withMaxRows(129));
    assertThat(certificate(engine(), other).orderDigest())
        .isEqualTo(certificate(engine(), one).orderDigest())
        .isNotEqualTo(certificate(engine(), fewer).orderDigest());
  }

  @Test
  void evaluationsThatShareAPassHaveCertificatesOfTheirOwn() {
    EvaluationData data = generated(90, 40);
    List<EvaluationRequest> requests =
        List.of(
            request(data, 16, EvaluationEngineContract::predict, 1),
            measured(data, 16),
            request(data, 16, EvaluationEngineContract::names, 1));
    List<EvaluationResults> together =
        engine().evaluateTogether(requests, ProgressDisplay.silent());
    Certificate alone = certificate(engine(), requests.get(0));
    for (EvaluationResults each : together) {
      try (each) {
        assertThat(each.certificate().orderDigest()).isEqualTo(alone.orderDigest());
        assertThat(each.certificate().partitions()).isEqualTo(alone.partitions());
        assertThat(each.certificate().manifest()).isEqualTo(each.manifest());
      }
    }
  }

  @Test
  void aBatchHasTheSelectedColumnsInTheirOrder() {
    EvaluationRequest all = request(generated(30, 5), 8, EvaluationEngineContract::names, 1);
    DataSelection swapped = DataSelection.everything().withColumns(List.of("class", "x"));
    DataSelection one = DataSelection.everything().withColumns(List.of("class"));
    for (int i = 0; i < 2; i++) {
      try (EvaluationResults two = evaluate(of(all, all.data(), swapped));
          EvaluationResults alone = evaluate(of(all, all.data(), one.withMaxRows(9)))) {
        assertThat(two.get("class/x").toLongArray())
            .isEqualTo(IntStream.range(0, 35).mapToLong(GeneratedRows::label).toArray());
        assertThat(alone.get("class").toLongArray())
            .isEqualTo(IntStream.range(0, 9).mapToLong(GeneratedRows::label).toArray());
      }
    }
    assertThatThrownBy(() -> evaluate(of(all, all.data(), one.withColumns(List.of("y")))).close())
        .isInstanceOfSatisfying(
            EvaluationException.class,
            failed -> {
              assertThat(failed.tag()).contains(all.tag());
              assertThat(failed.problem())
                  .isEqualTo("the dataset has no column 'y'; it has: x, class");
            })
        .hasMessage(all.tag() + ": the dataset has no column 'y'; it has: x, class");
  }

  @Test
  void otherPartsOfADatasetAreNotMixedUp() {
    EvaluationData data = generated(90, 40);
    EvaluationRequest whole = request(data, 16, EvaluationEngineContract::predict, 1);
    DataSelection all = DataSelection.everything();
    List<EvaluationRequest> requests =
        List.of(
            whole,
            of(whole, data, all.withMaxRows(50)),
            of(whole, data, all.withMaxRows(100)),
            of(
                request(data, 16, EvaluationEngineContract::names, 1),
                data,
                all.withColumns(List.of("class"))),
            measured(data, 16),
            of(measured(data, 16), data, all.withMaxRows(50)));
    List<String> alone = requests.stream().map(request -> content(engine(), request)).toList();
    assertThat(Set.copyOf(alone)).hasSameSizeAs(alone);
    List<EvaluationResults> together =
        engine().evaluateTogether(requests, ProgressDisplay.silent());
    for (int i = 0; i < requests.size(); i++) {
      try (EvaluationResults result = together.get(i)) {
        assertThat(content(result)).isEqualTo(alone.get(i));
      }
    }
    assertThat(requests.get(0).sharesPassWith(requests.get(1))).isFalse();
    assertThat(requests.get(1).sharesPassWith(requests.get(5))).isTrue();
  }

  @Test
  void everyEvaluationSeesTheWeightsOfItsRequest() {
    EvaluationData data = generated(70, 30);
    List<byte[]> outputs = new ArrayList<>();
    for (int seed : new int[] {1, 2, 1, 1}) {
      outputs.add(bytes(engine(), request(data, 16, EvaluationEngineContract::predict, seed)));
    }
    assertThat(outputs.get(1)).isNotEqualTo(outputs.get(0));
    assertThat(outputs.get(2)).isEqualTo(outputs.get(0));
    assertThat(outputs.get(3)).as("and leaves them as they were").isEqualTo(outputs.get(0));
  }

  @Test
  void metricsAreThoseOfAllRowsHoweverTheyArePartitioned() {
    int[] partitions = GeneratedRows.unevenPartitions();
    List<Map<String, Double>> results = new ArrayList<>();
    for (EvaluationRequest request :
        List.of(
            measured(generated(partitions), 64),
            measured(generated(partitions), 64),
            measured(generated(IntStream.of(partitions).sum()), 1000))) {
      try (EvaluationResults evaluated = engine().evaluate(request, ProgressDisplay.silent())) {
        assertThat(evaluated.rows()).isEqualTo(10_007);
        assertThat(evaluated.size()).as("arrays").isZero();
        results.add(evaluated.metrics());
      }
    }
    try (LocalEvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults evaluated =
            local.evaluate(
                measured(GeneratedRows.inMemory(partitions), 64), ProgressDisplay.silent())) {
      results.add(evaluated.metrics());
    }
    assertThat(results.get(0)).containsOnlyKeys("accuracy", "log_loss", "f1_macro");
    assertThat(metric(results.get(0), "accuracy")).isBetween(0.2, 0.5);
    assertThat(results.get(1)).isEqualTo(results.get(0));
    assertThat(results.get(3)).as("the local engine").isEqualTo(results.get(0));
    assertThat(metric(results.get(2), "accuracy"))
        .as("other batches may give other bits of the outputs, but no other count")
        .isEqualTo(metric(results.get(0), "accuracy"));
    assertThat(metric(results.get(2), "log_loss"))
        .isCloseTo(metric(results.get(0), "log_loss"), within(1e-6));
  }

  @Test
  void metricsOfLabelsMasksAndEmbeddingsAreThoseOfTheLocalEngine() {
    ClassMetrics labels = Metrics.ofClasses(ClassOutputs.defaults().labelAxis(1).mask("mask"));
    RegressionMetrics numbers = Metrics.ofRegression().mask("mask");
    RetrievalMetrics retrieval = Metrics.ofRetrieval(EmbeddingSearch.defaults().queries("query"));
    assertEqualToLocal(
        EvaluationEngineContract::labels,
        List.of(
            labels.accuracy(),
            labels.exactMatch(),
            labels.f1(3, Average.MACRO),
            labels.rocAuc(),
            labels.meanIou(3),
            numbers.r2(OutputsAverage.UNIFORM_AVERAGE)));
    assertEqualToLocal(
        EvaluationEngineContract::embeddings,
        List.of(retrieval.recallAt(5), retrieval.meanReciprocalRank()));
  }

  private void assertEqualToLocal(BatchProcessor processor, List<Metric<?>> metrics) {
    int[] partitions = {300, 0, 41, 260};
    try (LocalEvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults results = evaluate(measured(generated(partitions), processor, metrics));
        EvaluationResults expected =
            local.evaluate(
                measured(GeneratedRows.inMemory(partitions), processor, metrics),
                ProgressDisplay.silent())) {
      assertThat(results.metrics()).isEqualTo(expected.metrics());
      assertThat(results.metrics().values())
          .hasSameSizeAs(metrics)
          .allSatisfy(value -> assertThat(value).isNotNaN());
    }
  }

  private static EvaluationRequest measured(
      EvaluationData data, BatchProcessor processor, List<Metric<?>> metrics) {
    return new EvaluationRequest(
        tag(), data, 16, CLASSIFIER, TestNets.weights(1), processor, metrics);
  }

  /** A label for each class, and a mask of some of them. */
  private static NDList labels(EvaluationBatch batch, EvaluationModel model) {
    NDArray classes = batch.get("class");
    NDArray labels = classes.oneHot(3).toType(DataType.INT64, false);
    NDArray mask = labels.add(batch.get("x").get(":,:3").gt(0).toType(DataType.INT64, false));
    NDList arrays =
        named(model.forward(batch.get("x")), MetricBatch.OUTPUTS, labels, MetricBatch.TARGETS);
    arrays.addAll(named(mask.gt(0), MetricBatch.columnOf("mask")));
    return arrays;
  }

  /** Features as embeddings, of two groups. */
  private static NDList embeddings(EvaluationBatch batch, EvaluationModel model) {
    NDArray x = batch.get("x");
    NDArray groups = batch.get("class").gt(0);
    NDList arrays = named(x, MetricBatch.OUTPUTS, groups, MetricBatch.TARGETS);
    arrays.addAll(named(x.get(":,0").gt(1), MetricBatch.columnOf("query")));
    return arrays;
  }

  @Test
  void aMetricThatRefusesItsInputNamesTheRows() {
    EvaluationRequest request =
        new EvaluationRequest(
            tag(),
            generated(4),
            4,
            CLASSIFIER,
            TestNets.weights(1),
            EvaluationEngineContract::echo,
            List.of(Metrics.accuracy()));
    assertThatThrownBy(() -> engine().evaluate(request, ProgressDisplay.silent()).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("partition 0, rows 0 to 3")
        .hasMessageContaining("a metric needs the array 'outputs'; the batch has: x, labels");
  }

  @Test
  void resultsCarryTheHashOfTheirWeights() {
    EvaluationRequest request = request(generated(5), 2, EvaluationEngineContract::echo, 3);
    try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.manifest()).isEqualTo(TestNets.weights(3).manifest().hash());
      assertThat(results.timings().total()).isPositive();
      assertThat(results.timings().forward()).isPositive();
    }
  }

  @Test
  void torchScriptTakesOtherWeightsAndRunningStatistics() throws IOException {
    EvaluationData images = images(imagesOf(resource("input.bin")));
    for (String name : new String[] {"a", "b", "c", "a"}) {
      WeightSnapshot module =
          TorchScriptSource.snapshotOf(resource("batchnorm-" + name + ".pt").array());
      EvaluationRequest request =
          new EvaluationRequest(
              tag(), images, 5, TORCH_SCRIPT, module, EvaluationEngineContract::forward);
      float[] expected = floats(resource("expected-" + name + ".bin"));
      try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
        float[] outputs = results.get("out").toFloatArray();
        assertThat(outputs).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
          assertThat(outputs[i]).as("module %s", name).isCloseTo(expected[i], within(2e-6f));
        }
      }
      try (LocalEvaluationEngine fresh = new LocalEvaluationEngine()) {
        assertThat(bytes(engine(), request)).isEqualTo(bytes(fresh, request));
      }
    }
  }

  @Test
  void aModuleThatIsNoneIsRefused() {
    WeightSnapshot garbage = TorchScriptSource.snapshotOf(new byte[] {1, 2, 3});
    EvaluationRequest request =
        new EvaluationRequest(
            tag(), generated(4), 2, TORCH_SCRIPT, garbage, EvaluationEngineContract::echo);
    assertThatThrownBy(() -> bytes(engine(), request))
        .hasMessageContaining("can't load a TorchScript module (3 bytes)");
  }

  @Test
  void weightsOfAnotherArchitectureAreRefusedByName() {
    ModelSource other = ModelSource.ofBlock(TestNets::classifier, new Shape(5));
    EvaluationRequest request =
        new EvaluationRequest(
            tag(), generated(4), 2, other, TestNets.weights(1), EvaluationEngineContract::echo);
    assertThatThrownBy(() -> bytes(engine(), request))
        .hasMessageContaining("the weights don't match the model: '01Linear_weight' is")
        .hasMessageContaining("float32 (16, 8) in the weights but float32 (16, 5) in the model; w");
  }

  @Test
  void anEmptyDatasetIsAnError() {
    for (int[] empty : new int[][] {{0}, {0, 0, 0}}) {
      assertThatThrownBy(() -> evaluate(4, EvaluationEngineContract::echo, empty).close())
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("callback 'contract' at E2_U7_S70 on dataset 'generated'")
          .hasMessageContaining("the dataset is empty");
    }
  }

  @Test
  void anExceptionInProcessDataNamesWhereItHappened() {
    assertThatThrownBy(() -> evaluate(10, EvaluationEngineContract::failAtRow48, 30, 0, 35).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'contract' at E2_U7_S70 on dataset 'generated'")
        .hasMessageContaining("partition 2, rows 40 to 49")
        .hasMessageContaining("no luck with row 48");
    try (EvaluationResults results = evaluate(10, EvaluationEngineContract::echo, 30, 0, 35)) {
      assertThat(results.rows()).as("and the engine goes on").isEqualTo(65);
    }
  }

  @Test
  void askingForTheContextInProcessDataNamesTheCallback(@TempDir Path folder) {
    for (String wanted : new String[] {"training context", "log writer"}) {
      try (NDManager manager = Engine.getInstance().newBaseManager()) {
        TrainingLoop training =
            Trainings.on(manager, folder.resolve(wanted))
                .data(
                    DataContainer.builder()
                        .train(Trainings.rows(manager, 16))
                        .evaluation("test", generated(20))
                        .build())
                .engine(engine())
                .callback(new Curious(wanted))
                .length(TrainingLength.updates(1))
                .build();
        assertThatThrownBy(training::run)
            .isInstanceOf(EvaluationException.class)
            .hasMessageContaining("callback 'curious' at E1_U1_S16 on dataset 'test'")
            .hasMessageContaining("callback 'curious' has no " + wanted + " here")
            .hasMessageContaining("pass it what it needs in a serializable field");
      }
    }
  }

  @Test
  void aCallbackDeclaresThatItsResultsBelongToBatches(@TempDir Path folder) {
    for (boolean isRowWise : new boolean[] {false, true}) {
      Sums sums = new Sums(isRowWise);
      try (NDManager manager = Engine.getInstance().newBaseManager()) {
        TrainingLoop training =
            Trainings.on(manager, folder.resolve("" + isRowWise))
                .data(
                    DataContainer.builder()
                        .train(Trainings.rows(manager, 16))
                        .evaluation("test", generated(20))
                        .build())
                .engine(engine())
                .callback(sums)
                .length(TrainingLength.updates(1))
                .build();
        if (isRowWise) {
          assertThatThrownBy(training::run)
              .isInstanceOf(EvaluationException.class)
              .hasMessageContaining("callback 'sums' at E1_U1_S16 on dataset 'test': processData")
              .hasMessageContaining(
                  "returned the array 'sums' of shape (8) for 20 rows (partition 0")
              .hasMessageContaining("by overriding isRowWise() to return false");
        } else {
          training.run();
          assertThat(sums.length).isEqualTo(8);
        }
      }
    }
  }

  @Test
  void whatProcessDataLeavesInAFieldStaysWhereItRan() {
    Counting counting = new Counting();
    try (EvaluationResults results = evaluate(10, counting, 30)) {
      assertThat(results.rows()).isEqualTo(30);
    }
    assertThat(counting.batches).isZero();
  }

  @Test
  void whatCantBeSerializedIsAnErrorThatNamesIt() {
    Thread thread = Thread.currentThread();
    BatchProcessor capturing =
        (batch, model) -> named(batch.get("x"), thread.isAlive() ? "alive" : "dead");
    assertThatThrownBy(() -> evaluate(10, capturing, 5).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'contract' at E2_U7_S70 on dataset 'generated'")
        .hasMessageContaining("java.lang.Thread");
  }

  @Tag("spark35")
  @Test
  @EnabledOnOs(OS.LINUX)
  void nativeMemoryStaysFlatOverManyEvaluations() {
    // An evaluation copies 2 MiB of weights and allocates 4 MiB in a batch: what leaks adds up to
    // hundreds of MiB.
    ModelSource wide = ModelSource.ofBlock(TestNets::wide, TestNets.FEATURES);
    EvaluationData data = generated(8, 8);
    WeightSnapshot[] weights = {TestNets.wideWeights(1), TestNets.wideWeights(2)};
    List<Long> residents = new ArrayList<>();
    long direct = 0;
    for (int i = 0; i < 140; i++) {
      // Each measurement collects garbage twice, which takes longer than all else here.
      boolean measured = i % 10 == 9;
      BatchProcessor processor =
          measured ? EvaluationEngineContract::measure : EvaluationEngineContract::allocate;
      EvaluationRequest request =
          new EvaluationRequest(tag(), data, 8, wide, weights[i % 2], processor);
      try (EvaluationResults results = engine().evaluate(request, ProgressDisplay.silent())) {
        if (!measured) {
          continue;
        }
        residents.add(LongStream.of(results.get("resident").toLongArray()).max().orElseThrow());
        direct =
            Math.max(direct, LongStream.of(results.get("direct").toLongArray()).max().orElse(0));
      }
    }
    // Medians, since what other threads have allocated for a moment is in it, too; a leak of all
    // that an evaluation copies would be 180 MiB.
    long growth = median(residents.subList(9, 14)) - median(residents.subList(0, 5));
    assertThat(growth)
        .as("growth of the resident set outside the heap, in KiB: %s", residents)
        .isLessThan(140_000);
    assertThat(direct)
        .as("buffers that only the garbage collector frees, in KiB")
        .isLessThan(20_000);
  }

  @Test
  void noResultsAtAllAreAnError() {
    assertThatThrownBy(() -> evaluate(10, EvaluationEngineContract::nothing, 5).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("processData returned null");
  }

  @Test
  void resultsThatShareANameAreToldApartByPosition() {
    try (EvaluationResults results =
        evaluate(
            10,
            (batch, model) -> {
              NDArray again = batch.get("x").mul(2);
              again.setName("x");
              return new NDList(batch.get("x"), batch.get("class"), again);
            },
            5)) {
      assertThat(results.get(2)).isEqualTo(results.get(0).mul(2));
      assertThat(results.get("class")).isEqualTo(results.get(1));
      assertThatThrownBy(() -> results.get("x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the results have several arrays 'x', at positions 0, 2; use get(position) to tell"
                  + " them apart, or give them distinct names with results(...) in processData");
      assertThatThrownBy(() -> results.get("y"))
          .hasMessage("the results have no array 'y'; they have: x, class, x");
    }
  }

  @Test
  void anUnknownColumnListsTheKnownOnes() {
    assertThatThrownBy(() -> evaluate(10, (batch, model) -> new NDList(batch.get("y")), 5).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the batch has no array 'y'; it has: x, class");
  }

  @Test
  void resultsThatDontFitTogetherNameBothBatches() {
    assertThatThrownBy(() -> evaluate(10, EvaluationEngineContract::otherTypeFromRow20, 30).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the results of callback 'contract' at E2_U7_S70")
        .hasMessageContaining("can't be collated")
        .hasMessageContaining("'labels' int64 (10) in rows 0 to 9")
        .hasMessageContaining("'labels' float32 (10) in rows 20 to 29");
  }

  @Test
  void togetherEachRequestHasTheBitsThatItHasAlone() {
    int[] partitions = GeneratedRows.unevenPartitions();
    EvaluationData data = generated(partitions);
    WeightSnapshot weights = TestNets.weights(1);
    List<EvaluationRequest> requests =
        List.of(
            asked("predict", data, weights, EvaluationEngineContract::predict),
            asked("echo", data, weights, EvaluationEngineContract::echo),
            asked("again", data, weights, EvaluationEngineContract::predict),
            new EvaluationRequest(
                tag("measure"),
                data,
                64,
                CLASSIFIER,
                weights,
                EvaluationEngineContract::outputsAndTargets,
                List.of(Metrics.accuracy(), Metrics.logLoss(OutputKind.LOGITS))));
    List<String> alone = requests.stream().map(r -> content(engine(), r)).toList();
    assertThat(alone.get(0)).isNotEqualTo(alone.get(1)).isEqualTo(alone.get(2));
    for (int[] order : new int[][] {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3}, {2, 0}, {0}}) {
      List<EvaluationResults> results =
          engine()
              .evaluateTogether(
                  IntStream.of(order).mapToObj(requests::get).toList(), ProgressDisplay.silent());
      assertThat(results).hasSize(order.length);
      for (int i = 0; i < order.length; i++) {
        try (EvaluationResults result = results.get(i)) {
          assertThat(content(result))
              .as("%s", requests.get(order[i]).tag())
              .isEqualTo(alone.get(order[i]));
          assertThat(result.rows()).isEqualTo(IntStream.of(partitions).sum());
          assertThat(result.manifest()).isEqualTo(weights.manifest().hash());
        }
      }
    }
  }

  @Test
  void togetherAFailureOfOneFailsAllUnderItsName() {
    EvaluationData data = generated(30, 0, 35);
    WeightSnapshot weights = TestNets.weights(1);
    EvaluationRequest good = asked("good", data, weights, EvaluationEngineContract::predict);
    EvaluationRequest bad = asked("bad", data, weights, EvaluationEngineContract::failAtRow48);
    EvaluationRequest last = asked("last", data, weights, EvaluationEngineContract::echo);
    String alone = content(engine(), good);
    for (List<EvaluationRequest> requests :
        List.of(List.of(good, bad, last), List.of(bad, good), List.of(good, last, bad))) {
      assertThatThrownBy(() -> engine().evaluateTogether(requests, ProgressDisplay.silent()))
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("callback 'bad' at E2_U7_S70 on dataset 'generated' failed")
          .hasMessageContaining("partition 2, rows ")
          .hasMessageContaining("no luck with row 48");
      assertThat(content(engine(), good)).as("and the engine goes on").isEqualTo(alone);
    }
  }

  @Test
  void togetherRequestsThatDifferAreEvaluatedAllTheSame() {
    EvaluationData data = generated(40, 25);
    WeightSnapshot weights = TestNets.weights(1);
    List<EvaluationRequest> requests =
        List.of(
            asked("one", data, weights, EvaluationEngineContract::predict),
            asked("other weights", data, TestNets.weights(2), EvaluationEngineContract::predict),
            asked("other data", generated(7), weights, EvaluationEngineContract::predict),
            request(data, 9, EvaluationEngineContract::predict, 1));
    List<String> alone = requests.stream().map(r -> content(engine(), r)).toList();
    List<EvaluationResults> together =
        engine().evaluateTogether(requests, ProgressDisplay.silent());
    for (int i = 0; i < requests.size(); i++) {
      try (EvaluationResults result = together.get(i)) {
        assertThat(content(result)).isEqualTo(alone.get(i));
      }
    }
  }

  @Test
  void aBatchThatDoesntFitIsHalvedUntilItDoes() {
    int[] partitions = {40, 0, 24, 3};
    EvaluationData data = generated(partitions);
    for (BatchProcessor processor :
        List.<BatchProcessor>of(
            EvaluationEngineContract::predict, EvaluationEngineContract::echo)) {
      EvaluationRequest whole = request(data, 4, processor, 1);
      EvaluationRequest halved =
          request(
              data,
              16,
              (batch, model) -> {
                NDList results = processor.process(batch, model);
                checkRoom(5, batch.rows());
                return results;
              },
              1);
      assertThat(content(engine(), halved)).isEqualTo(content(engine(), whole));
    }
  }

  @Test
  void halvedBatchesOfEvaluationsThatShareAPassCountOnce() {
    EvaluationData data = generated(40, 0, 24, 3);
    WeightSnapshot weights = TestNets.weights(1);
    BatchProcessor scarce =
        (batch, model) -> {
          checkRoom(5, batch.rows());
          return outputsAndTargets(batch, model);
        };
    List<EvaluationRequest> requests =
        List.of(
            asked("echo", data, weights, EvaluationEngineContract::echo),
            new EvaluationRequest(
                tag("scarce"),
                data,
                64,
                CLASSIFIER,
                weights,
                scarce,
                List.of(Metrics.accuracy(), new Rows(Integer.MAX_VALUE))),
            new EvaluationRequest(
                tag("hungry metric"),
                data,
                64,
                CLASSIFIER,
                weights,
                EvaluationEngineContract::outputsAndTargets,
                List.of(new Rows(Integer.MAX_VALUE), new Rows(3))));
    List<EvaluationResults> results = engine().evaluateTogether(requests, ProgressDisplay.silent());
    try (EvaluationResults echo = results.get(0);
        EvaluationResults measured = results.get(1);
        EvaluationResults hungry = results.get(2)) {
      assertThat(echo.get("labels").toLongArray())
          .isEqualTo(IntStream.range(0, 67).mapToLong(GeneratedRows::label).toArray());
      assertThat(metric(measured.metrics(), "rows.2147483647")).isEqualTo(67);
      assertThat(metric(hungry.metrics(), "rows.2147483647")).isEqualTo(67);
      assertThat(metric(hungry.metrics(), "rows.3")).isEqualTo(67);
      try (EvaluationResults plain = evaluate(measured(data, 64))) {
        assertThat(metric(measured.metrics(), "accuracy"))
            .isEqualTo(metric(plain.metrics(), "accuracy"));
      }
    }
  }

  @Test
  void aRowThatDoesntFitIsAnErrorWithItsShape() {
    BatchProcessor never =
        (batch, model) -> {
          checkRoom(0, batch.rows());
          return echo(batch, model);
        };
    assertThatThrownBy(() -> evaluate(8, never, 8).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'contract' at E2_U7_S70 on dataset 'generated' failed in")
        .hasMessageContaining(
            "partition 0, rows 0 to 0: CUDA out of memory. Tried to allocate 20.00")
        .hasMessageContaining("even one row (x: float32 (1, 8), class: int64 (1)) doesn't fit into")
        .hasMessageContaining("the memory of cpu(), of which ")
        .hasMessageContaining("use a device with more memory or a smaller model");
    try (EvaluationResults results = evaluate(8, EvaluationEngineContract::echo, 8)) {
      assertThat(results.rows()).as("and the engine goes on").isEqualTo(8);
    }
  }

  @Test
  void aBatchWhoseResultsAreItsOwnIsNotHalved() {
    BatchProcessor scalars =
        (batch, model) -> {
          checkRoom(5, batch.rows());
          return rowsOf(batch);
        };
    BatchProcessor sums =
        BatchProcessor.ofBatches(
            (batch, model) -> {
              checkRoom(5, batch.rows());
              return named(batch.get("x").sum(new int[] {0}), "sums");
            });
    assertThatThrownBy(() -> evaluate(8, scalars, 8).close())
        .hasMessage(
            tag()
                + ": out of memory on cpu() with batches of 8 rows, which can't be halved: the results"
                + " of processData belong to a batch rather than to its rows (they have a scalar);"
                + " set batch_size to 4 or less");
    assertThatThrownBy(() -> evaluate(8, sums, 8).close())
        .hasMessageContaining("(isRowWise() is false); set batch_size to 4 or less");
    try (EvaluationResults results = evaluate(4, sums, 9)) {
      assertThat(results.get("sums").getShape().getShape()).containsExactly(3 * 8);
    }
  }

  @Test
  void fewerOrMoreResultsThanRowsAreAnErrorUnlessDeclared() {
    BatchProcessor fewer =
        (batch, model) -> named(batch.get("x").get("1:"), "x", batch.get("class"), "class");
    assertThatThrownBy(() -> evaluate(8, fewer, 8).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            tag()
                + ": processData returned the array 'x' of shape (7, 8) for 8 rows (partition 0, rows 0"
                + " to 7); return one element per row along the first dimension, or declare that the"
                + " results belong to batches by overriding isRowWise() to return false");
    BatchProcessor more =
        (batch, model) -> new NDList(batch.get("class"), batch.get("x").reshape(-1));
    assertThatThrownBy(() -> evaluate(8, more, 8).close())
        .hasMessageContaining(
            "processData returned the array at position 1 of shape (64) for 8 rows");
    EvaluationRequest measured =
        new EvaluationRequest(
            tag(),
            generated(8),
            8,
            CLASSIFIER,
            TestNets.weights(1),
            (batch, model) ->
                named(
                    model.forward(batch.get("x")),
                    MetricBatch.OUTPUTS,
                    batch.get("class").get("1:"),
                    MetricBatch.TARGETS),
            List.of(Metrics.accuracy()));
    assertThatThrownBy(() -> evaluate(measured).close())
        .hasMessageContaining("processData returned the array 'targets' of shape (7) for 8 rows");
    try (EvaluationResults results = evaluate(8, BatchProcessor.ofBatches(fewer), 9)) {
      assertThat(results.get("x").getShape().getShape()).containsExactly(7, 8);
      assertThat(results.get("class").getShape().getShape()).containsExactly(9);
    }
  }

  @Test
  void rowsThatCantBeProcessedAreLeftOutIfThatIsAllowed() {
    int[] partitions = {30, 0, 35};
    long[] good = LongStream.range(0, 65).filter(row -> row != 7 && row != 48).toArray();
    for (int batchSize : new int[] {1, 10, 64}) {
      EvaluationRequest request =
          request(generated(partitions), batchSize, EvaluationEngineContract::failAtRows7And48, 1)
              .withPolicy(skipping(2));
      try (EvaluationResults results = evaluate(request)) {
        assertThat(results.get("labels").toLongArray())
            .isEqualTo(LongStream.of(good).map(GeneratedRows::label).toArray());
        assertThat(results.rows()).isEqualTo(63);
        assertThat(results.skipped())
            .isEqualTo(
                new SkippedRows(
                    2,
                    List.of(
                        new SkippedRow(0, 7, "java.lang.IllegalStateException: no luck with row 7"),
                        new SkippedRow(
                            2, 48, "java.lang.IllegalStateException: no luck with row 48"))));
      }
    }
  }

  @Test
  void theGoodRowsOfABatchRunTogether() {
    BatchProcessor processor =
        (batch, model) -> {
          failAtRows7And48(batch, model);
          return rowsOf(batch);
        };
    EvaluationRequest request =
        request(generated(30, 0, 35), 10, processor, 1).withPolicy(skipping(9));
    try (EvaluationResults results = evaluate(request)) {
      assertThat(results.get("rows").toIntArray()).containsExactly(9, 10, 10, 10, 9, 10, 5);
      assertThat(results.get("first").toLongArray()).containsExactly(0, 10, 20, 30, 40, 50, 60);
    }
  }

  @Test
  void metricsAreThoseOfTheGoodRows() {
    int[] partitions = {30, 0, 35};
    BatchProcessor processor =
        (batch, model) -> {
          failAtRows7And48(batch, model);
          return outputsAndTargets(batch, model);
        };
    EvaluationRequest all =
        new EvaluationRequest(
            tag(),
            generated(partitions),
            10,
            CLASSIFIER,
            TestNets.weights(1),
            processor,
            List.of(new Rows(Integer.MAX_VALUE), new LabelSum()));
    try (EvaluationResults results = evaluate(all.withPolicy(skipping(2)))) {
      long sum =
          IntStream.range(0, 65)
              .filter(row -> row != 7 && row != 48)
              .mapToLong(GeneratedRows::label)
              .sum();
      assertThat(results.metrics())
          .isEqualTo(Map.of("rows.2147483647", 63.0, "labels", (double) sum));
      assertThat(results.skipped().count()).isEqualTo(2);
      assertThat(results.rows()).isEqualTo(63);
    }
  }

  @Test
  void aRowThatAMetricRefusesIsLeftOut() {
    BatchProcessor processor =
        (batch, model) -> {
          NDArray targets = batch.get("class").duplicate();
          for (int i = 0; i < batch.rows(); i++) {
            if (batch.index(i) == 12) {
              targets.set(new NDIndex(i), 9);
            }
          }
          return named(
              model.forward(batch.get("x")), MetricBatch.OUTPUTS, targets, MetricBatch.TARGETS);
        };
    EvaluationRequest request =
        new EvaluationRequest(
                tag(),
                generated(20, 5),
                10,
                CLASSIFIER,
                TestNets.weights(1),
                processor,
                List.of(new Rows(Integer.MAX_VALUE), Metrics.accuracy()))
            .withPolicy(skipping(1));
    try (EvaluationResults results = evaluate(request)) {
      assertThat(metric(results.metrics(), "rows.2147483647")).isEqualTo(24);
      assertThat(results.skipped().first())
          .singleElement()
          .asString()
          .startsWith("row 12 (partition 0): ")
          .contains("the target 9 is not one of the 3 classes of the outputs, 0 to 2");
    }
  }

  @Test
  void anyMixOfSizesBadRowsAndRoomGivesTheGoodRowsInOrder() {
    Random random = new Random(14);
    for (int i = 0; i < 8; i++) {
      int rows = 1 + random.nextInt(150);
      int[] partitions = GeneratedRows.randomPartitions(rows, random);
      int room = 1 + random.nextInt(20);
      long selected = 1 + random.nextInt(rows + 10);
      Set<Long> bad = new HashSet<>();
      random.longs(random.nextInt(4), 1, rows + 1).forEach(bad::add);
      Set<Long> bads = Set.copyOf(bad);
      BatchProcessor processor =
          (batch, model) -> {
            checkRoom(room, batch.rows());
            for (int row = 0; row < batch.rows(); row++) {
              if (bads.contains(batch.index(row))) {
                throw new IllegalStateException("bad");
              }
            }
            return echo(batch, model);
          };
      EvaluationRequest request =
          of(
              request(generated(partitions), 1 + random.nextInt(40), processor, 1)
                  .withPolicy(skipping(4)),
              DataSelection.everything().withMaxRows(selected));
      long[] good =
          LongStream.range(0, Math.min(rows, selected))
              .filter(row -> !bads.contains(row))
              .toArray();
      try (EvaluationResults results = evaluate(request)) {
        assertThat(results.get("labels").toLongArray())
            .as("case %s", i)
            .isEqualTo(LongStream.of(good).map(GeneratedRows::label).toArray());
        assertThat(results.rows()).isEqualTo(good.length);
        assertThat(results.skipped().count()).isEqualTo(Math.min(rows, selected) - good.length);
      }
    }
  }

  @Test
  void moreBadRowsThanAllowedAreAnErrorThatNamesThem() {
    EvaluationRequest request =
        request(generated(30, 0, 35), 10, EvaluationEngineContract::failAtRows7And48, 1);
    assertThatThrownBy(() -> evaluate(request.withPolicy(skipping(1))).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            tag()
                + ": 2 rows or more can't be read or processed, but bad_rows is 'skip 1'; correct or"
                + " remove them, or allow more with bad_rows: skip n; the first: row 7 (partition 0):"
                + " java.lang.IllegalStateException: no luck with row 7; row 48 (partition 2):"
                + " java.lang.IllegalStateException: no luck with row 48");
    assertThatThrownBy(() -> evaluate(request).close())
        .hasMessageContaining("failed in processData, partition ")
        .hasMessageContaining(": java.lang.IllegalStateException: no luck with row ")
        .hasMessageNotContaining("bad_rows");
    BatchProcessor never =
        (batch, model) -> {
          throw new IllegalStateException("no luck");
        };
    EvaluationRequest none = request(generated(3, 2), 2, never, 1).withPolicy(skipping(5));
    assertThatThrownBy(() -> evaluate(none).close())
        .hasMessageContaining(
            ": all 5 rows were skipped, so there is no result; the first: row 0 (");
  }

  @Test
  void aFailureThatNoRowIsTheCauseOfSkipsNone() {
    BatchProcessor tens =
        (batch, model) -> {
          if (batch.rows() == 10) {
            throw new IllegalStateException("ten are too many");
          }
          return echo(batch, model);
        };
    EvaluationRequest request = request(generated(10), 10, tens, 1).withPolicy(skipping(9));
    assertThatThrownBy(() -> evaluate(request).close())
        .hasMessageContaining(
            "rows 0 to 9: java.lang.IllegalStateException: ten are too many; no row")
        .hasMessageContaining("can be skipped, since none fails by itself");
    BatchProcessor fewer = (batch, model) -> named(batch.get("x").get("1:"), "x");
    assertThatThrownBy(
            () -> evaluate(request(generated(10), 10, fewer, 1).withPolicy(skipping(25))).close())
        .hasMessageContaining("processData returned the array 'x' of shape (9, 8) for 10 rows");
  }

  @Test
  void togetherEachEvaluationSkipsItsOwnRows() {
    EvaluationData data = generated(30, 0, 35);
    WeightSnapshot weights = TestNets.weights(1);
    List<EvaluationRequest> requests =
        List.of(
            asked("good", data, weights, EvaluationEngineContract::predict).withPolicy(skipping(3)),
            asked("bad", data, weights, EvaluationEngineContract::failAtRows7And48)
                .withPolicy(skipping(3)));
    List<String> alone = requests.stream().map(r -> content(engine(), r)).toList();
    List<EvaluationResults> together =
        engine().evaluateTogether(requests, ProgressDisplay.silent());
    try (EvaluationResults good = together.get(0);
        EvaluationResults bad = together.get(1)) {
      assertThat(List.of(content(good), content(bad))).isEqualTo(alone);
      assertThat(good.skipped()).isEqualTo(SkippedRows.NONE);
      assertThat(good.rows()).isEqualTo(65);
      assertThat(bad.skipped().count()).isEqualTo(2);
      assertThat(bad.rows()).isEqualTo(63);
    }
  }

  @Test
  void badRowsAreFoundInHalvedBatchesToo() {
    BatchProcessor processor =
        (batch, model) -> {
          checkRoom(5, batch.rows());
          return failAtRows7And48(batch, model);
        };
    EvaluationRequest request =
        request(generated(30, 0, 35), 16, processor, 1).withPolicy(skipping(2));
    try (EvaluationResults results = evaluate(request)) {
      assertThat(results.get("labels").toLongArray())
          .isEqualTo(
              LongStream.range(0, 65)
                  .filter(row -> row != 7 && row != 48)
                  .map(GeneratedRows::label)
                  .toArray());
    }
  }

  protected static EvaluationPolicy skipping(long most) {
    return EvaluationPolicy.exact().badRows(BadRows.skipUpTo(most));
  }

  private static NDList failAtRows7And48(EvaluationBatch batch, EvaluationModel model) {
    for (int i = 0; i < batch.rows(); i++) {
      if (batch.index(i) == 7 || batch.index(i) == 48) {
        throw new IllegalStateException("no luck with row " + batch.index(i));
      }
    }
    return echo(batch, model);
  }

  /** Fails as a GPU does if there are more rows than it has room for. */
  private static void checkRoom(int most, int rows) {
    if (rows > most) {
      throw new EngineException(DeviceTraps.FULL);
    }
  }

  /** Counts rows, if they are not more than the device has room for. */
  private record Rows(int most) implements Metric<long[]> {
    @Override
    public String name() {
      return "rows." + most;
    }

    @Override
    public long[] zero() {
      return new long[1];
    }

    @Override
    public long[] update(long[] state, MetricBatch batch) {
      int rows = (int) batch.get(MetricBatch.TARGETS).size();
      checkRoom(most, rows);
      state[0] += rows;
      return state;
    }

    @Override
    public long[] merge(long[] left, long[] right) {
      left[0] += right[0];
      return left;
    }

    @Override
    public double result(long[] state) {
      return state[0];
    }
  }

  /** Adds labels. */
  private record LabelSum() implements Metric<long[]> {
    @Override
    public String name() {
      return "labels";
    }

    @Override
    public long[] zero() {
      return new long[1];
    }

    @Override
    public long[] update(long[] state, MetricBatch batch) {
      state[0] += LongStream.of(batch.get(MetricBatch.TARGETS).toLongArray()).sum();
      return state;
    }

    @Override
    public long[] merge(long[] left, long[] right) {
      left[0] += right[0];
      return left;
    }

    @Override
    public double result(long[] state) {
      return state[0];
    }
  }

  private static EvaluationRequest asked(
      String callback, EvaluationData data, WeightSnapshot weights, BatchProcessor processor) {
    return new EvaluationRequest(tag(callback), data, 64, CLASSIFIER, weights, processor);
  }

  private static EvaluationTag tag(String callback) {
    return new EvaluationTag(callback, new TrainingIteration(2, 7, 70), "generated");
  }

  private static String content(EvaluationEngine engine, EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return content(results);
    }
  }

  private static Certificate certificate(EvaluationEngine engine, EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.certificate();
    }
  }

  /** Metrics, and names, shapes and elements of all arrays. */
  private static String content(EvaluationResults results) {
    StringBuilder content = new StringBuilder(results.metrics().toString());
    for (int i = 0; i < results.size(); i++) {
      NDArray array = results.get(i);
      content
          .append(array.getName())
          .append(array.getShape())
          .append(HexFormat.of().formatHex(array.toByteArray()));
    }
    return content.toString();
  }

  private static EvaluationRequest of(EvaluationRequest request, DataSelection selection) {
    return of(request, request.data(), selection);
  }

  /** The same request, of a part of other data. */
  private static EvaluationRequest of(
      EvaluationRequest request, EvaluationData data, DataSelection selection) {
    return new EvaluationRequest(
        request.tag(),
        data,
        request.batchSize(),
        request.model(),
        request.weights(),
        request.processor(),
        request.metrics(),
        request.target(),
        selection,
        request.policy());
  }

  /** The partitions of the first rows. */
  private static int[] first(int[] partitions, long rows) {
    int[] cut = new int[partitions.length];
    long left = rows;
    for (int i = 0; i < cut.length; i++) {
      cut[i] = (int) Math.min(left, partitions[i]);
      left -= cut[i];
    }
    return cut;
  }

  private EvaluationResults evaluate(EvaluationRequest request) {
    return engine().evaluate(request, ProgressDisplay.silent());
  }

  private EvaluationResults evaluate(int batchSize, BatchProcessor processor, int... partitions) {
    return engine()
        .evaluate(
            request(generated(partitions), batchSize, processor, 1), ProgressDisplay.silent());
  }

  private static EvaluationRequest request(
      EvaluationData data, int batchSize, BatchProcessor processor, int seed) {
    return new EvaluationRequest(
        tag(), data, batchSize, CLASSIFIER, TestNets.weights(seed), processor);
  }

  private static EvaluationRequest measured(EvaluationData data, int batchSize) {
    return new EvaluationRequest(
        tag(),
        data,
        batchSize,
        CLASSIFIER,
        TestNets.weights(1),
        EvaluationEngineContract::outputsAndTargets,
        List.of(
            Metrics.accuracy(), Metrics.logLoss(OutputKind.LOGITS), Metrics.f1(3, Average.MACRO)));
  }

  private static NDList outputsAndTargets(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName(MetricBatch.OUTPUTS);
    NDArray targets = batch.get("class");
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }

  private static double metric(Map<String, Double> metrics, String name) {
    return metrics.getOrDefault(name, Double.NaN);
  }

  private static EvaluationTag tag() {
    return new EvaluationTag("contract", new TrainingIteration(2, 7, 70), "generated");
  }

  private static NDList echo(EvaluationBatch batch, EvaluationModel model) {
    return named(batch.get("x"), "x", batch.get("class"), "labels");
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    NDArray logits = model.forward(batch.get("x"));
    return named(logits, "logits", logits.argMax(1), "predictions");
  }

  /** The labels, named by the columns that the batch has. */
  private static NDList names(EvaluationBatch batch, EvaluationModel model) {
    NDArray labels = batch.get("class");
    NDArray result = labels.reshape(labels.getShape());
    result.setName(String.join("/", batch.names()));
    return new NDList(result);
  }

  private static NDList forward(EvaluationBatch batch, EvaluationModel model) {
    NDArray out = model.forward(batch.get("x"));
    out.setName("out");
    return new NDList(out);
  }

  private static NDList rowsOf(EvaluationBatch batch) {
    NDManager manager = batch.get("x").getManager();
    return named(manager.create(batch.rows()), "rows", manager.create(batch.firstRow()), "first");
  }

  private static NDList failAtRow48(EvaluationBatch batch, EvaluationModel model) {
    if (batch.firstRow() <= 48 && 48 < batch.firstRow() + batch.rows()) {
      throw new IllegalStateException("no luck with row 48");
    }
    return echo(batch, model);
  }

  private static NDList allocate(EvaluationBatch batch, EvaluationModel model) {
    batch.get("x").getManager().ones(new Shape(1 << 20)).addi(1);
    model.forward(batch.get("x"));
    return rowsOf(batch);
  }

  protected static long median(List<Long> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  /** The memory of this process that isn't its heap, in KiB. */
  protected static NDList measure(EvaluationBatch batch, EvaluationModel model) throws IOException {
    allocate(batch, model);
    NDManager manager = batch.get("x").getManager();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    System.gc(); // what the heap touches isn't to be counted
    String resident =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .findFirst()
            .orElseThrow();
    long heap = Runtime.getRuntime().totalMemory() / 1024;
    return named(
        manager.create(Long.parseLong(resident.replaceAll("\\D", "")) - heap),
        "resident",
        manager.create(direct / 1024),
        "direct");
  }

  @SuppressWarnings("NullAway") // what a careless user writes
  private static NDList nothing(EvaluationBatch batch, EvaluationModel model) {
    return null;
  }

  private static NDList otherTypeFromRow20(EvaluationBatch batch, EvaluationModel model) {
    NDArray labels = batch.get("class");
    return batch.firstRow() < 20
        ? named(labels, "labels")
        : named(labels.toType(DataType.FLOAT32, false), "labels");
  }

  private static NDList draw(EvaluationBatch batch, EvaluationModel model) {
    Engine.getInstance().setRandomSeed(7);
    NDManager scope = batch.get("x").getManager();
    scope.truncatedNormal(0, 1, new Shape(10), DataType.FLOAT32).close();
    return named(scope.randomNormal(new Shape(batch.rows())), "noise");
  }

  private static NDList named(NDArray array, String name) {
    array.setName(name);
    return new NDList(array);
  }

  private static NDList named(NDArray array1, String name1, NDArray array2, String name2) {
    array1.setName(name1);
    array2.setName(name2);
    return new NDList(array1, array2);
  }

  private static byte[] bytes(EvaluationEngine engine, EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      int size = 0;
      List<byte[]> arrays = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        byte[] array = results.get(i).toByteArray();
        arrays.add(array);
        size += array.length;
      }
      ByteBuffer all = ByteBuffer.allocate(size);
      arrays.forEach(all::put);
      return all.array();
    }
  }

  /** Asks in processData for what only the driver has. */
  private static final class Curious extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final String wanted;

    Curious(String wanted) {
      super(every(Schedule.everyNUpdates(1)));
      this.wanted = wanted;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      Object found = wanted.equals("log writer") ? writer() : context();
      return results(found.getClass().getSimpleName(), batch.get("x"));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      throw new AssertionError("there are no results");
    }
  }

  /** Adds the features of a batch. */
  private static final class Sums extends PeriodicDataIteratorCallback {
    private static final long serialVersionUID = 1;
    private final boolean isRowWise;
    private long length;

    Sums(boolean isRowWise) {
      super(every(Schedule.everyNUpdates(1)));
      this.isRowWise = isRowWise;
    }

    @Override
    protected boolean isRowWise() {
      return isRowWise;
    }

    @Override
    protected NDList processData(EvaluationBatch batch, EvaluationModel model) {
      return results("sums", batch.get("x").sum(new int[] {0}));
    }

    @Override
    protected void processResults(EvaluationResults results, Invocation at) {
      length = results.get("sums").size();
    }
  }

  /** Counts its batches. */
  private static final class Counting implements BatchProcessor {
    private static final long serialVersionUID = 1;
    private int batches;

    @Override
    public NDList process(EvaluationBatch batch, EvaluationModel model) {
      batches++;
      return echo(batch, model);
    }
  }

  private static ByteBuffer resource(String name) throws IOException {
    try (InputStream in =
        EvaluationEngineContract.class.getResourceAsStream("/torchscript/" + name)) {
      return ByteBuffer.wrap(Objects.requireNonNull(in, name).readAllBytes())
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static float[] floats(ByteBuffer bytes) {
    float[] floats = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  private static float[][] imagesOf(ByteBuffer bytes) {
    float[] all = floats(bytes);
    float[][] images = new float[all.length / 25][];
    for (int i = 0; i < images.length; i++) {
      images[i] = Arrays.copyOfRange(all, i * 25, i * 25 + 25);
    }
    return images;
  }
}
