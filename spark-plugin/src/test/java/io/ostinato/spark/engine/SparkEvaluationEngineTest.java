package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import io.ostinato.LogLines;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.NonFinite;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.PreparedDataset;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.spark.status.EvaluationCounters.Counter;
import io.ostinato.weights.WeightSnapshot;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On the threads of this process. */
@Tag("spark35")
class SparkEvaluationEngineTest extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.plugins",
                OstinatoPlugin.class.getName(),
                // Otherwise, batches would be freed before models.
                "spark.ostinato.blocks.device",
                "0"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Override
  protected SparkSession session() {
    return session;
  }

  @Override
  protected SparkEvaluationEngine engine() {
    return engine;
  }

  @Test
  void whatIsShownOfADatasetDoesntKeepItsBatches() {
    EvaluationBoard board = new EvaluationBoard(Clock.systemUTC());
    EngineReports reports = new EngineReports(new EvaluationCounters(), board);
    WeakReference<Object> batches = shown(reports);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (batches.get() != null) {
      assertThat(System.nanoTime()).as("they are let go").isLessThan(deadline);
      System.gc();
    }
    assertThat(board.storedBytes()).isZero();
  }

  /** Shows a stored dataset of 1600 bytes that nobody else knows, and returns its batches. */
  private static WeakReference<Object> shown(EngineReports reports) {
    PreparedDataset some = TestSpark.generated(session, 4).prepare(4);
    JavaRDD<StoredBatch> batches =
        JavaSparkContext.fromSparkContext(session.sparkContext()).emptyRDD();
    batches.persist(StorageLevel.MEMORY_ONLY());
    reports.prepared(
        "test",
        new PreparedDataset(
            "a", batches, new long[0], 4, 1, 1600, some.content(), some.skipped(), true, 9, true));
    return new WeakReference<>(batches);
  }

  @Test
  void datasetsOfAnySizeInUpTo64PartitionsAreCertified() {
    Random random = new Random(64);
    for (int i = 0; i < 16; i++) {
      int rows = 1 + random.nextInt(1 + random.nextInt(10_000));
      int[] partitions = new int[1 + random.nextInt(64)];
      for (int left = rows; left > 0; ) {
        int some = 1 + random.nextInt(left);
        partitions[random.nextInt(partitions.length)] += some;
        left -= some;
      }
      BatchProcessor labels = (batch, model) -> new NDList(batch.get("class"));
      int batchSize = 1 + random.nextInt(1000);
      EvaluationTag tag = new EvaluationTag("labels", new TrainingIteration(0, 1, 1), "generated");
      ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
      Function<EvaluationData, EvaluationRequest> request =
          data -> new EvaluationRequest(tag, data, batchSize, model, TestNets.weights(1), labels);
      SparkDataset data = TestSpark.generated(session, partitions);
      try (LocalEvaluationEngine local = new LocalEvaluationEngine();
          EvaluationResults expected =
              local.evaluate(
                  request.apply(GeneratedRows.inMemory(partitions)), ProgressDisplay.silent());
          EvaluationResults results =
              engine.evaluate(request.apply(data), ProgressDisplay.silent())) {
        assertThat(results.get("class").toLongArray())
            .isEqualTo(expected.get("class").toLongArray());
        assertThat(results.certificate())
            .as("%d rows in %d partitions, batches of %d", rows, partitions.length, batchSize)
            .usingRecursiveComparison()
            .ignoringFields("attempts")
            .isEqualTo(expected.certificate());
      }
      data.unpersist();
    }
  }

  @Test
  void sparksBroadcastsAreLeftAlone() {
    assertThat(session.sparkContext().getConf().contains("spark.broadcast.compress")).isFalse();
    assertThat(session.sparkContext().getConf().contains("spark.broadcast.blockSize")).isFalse();
  }

  @Test
  void withoutAFairSchedulerJobsAreInNoPoolOfTheirOwn() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    String pool = "spark.scheduler.pool";
    try (JobGroup jobs = new JobGroup(context, "group", "", Optional.empty())) {
      assertThat(context.getLocalProperty(InternalRunningTasks.JOBS)).isEqualTo(jobs.id());
      assertThat(context.getLocalProperty(pool)).isNull();
    }
    context.setLocalProperty(pool, "mine");
    try (JobGroup jobs = new JobGroup(context, "group", "", Optional.empty())) {
      assertThat(context.getLocalProperty(InternalRunningTasks.JOBS)).isEqualTo(jobs.id());
      assertThat(context.getLocalProperty(pool)).isEqualTo("mine");
    } finally {
      context.setLocalProperty(pool, null);
    }
  }

  @Test
  void callbacksThatShareAPassShareItsForwards() {
    SparkDataset data = TestSpark.generated(session, 40, 40);
    ModelSource model = ModelSource.ofBlock(TestNets::running, TestNets.FEATURES);
    WeightSnapshot weights = TestNets.runningWeights(1);
    List<EvaluationRequest> four =
        IntStream.range(0, 4)
            .mapToObj(i -> request(data, model, weights, SparkEvaluationEngineTest::forward))
            .toList();
    engine.evaluate(four.get(0), ProgressDisplay.silent()).close();
    int before = TestNets.FORWARDS.get();
    engine.evaluateTogether(four, ProgressDisplay.silent()).forEach(EvaluationResults::close);
    assertThat(TestNets.FORWARDS.get() - before).as("one for each of ten batches").isEqualTo(10);
  }

  @Test
  void evaluationsOfAFailedPassAreNotCounted() {
    SparkDataset data = TestSpark.generated(session, 40);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest good =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::forward);
    EvaluationRequest wrong =
        request(
                data,
                model,
                TestNets.weights(1),
                (batch, m) -> new NDList(m.forward(batch.get("x")).div(0)))
            .withPolicy(EvaluationPolicy.exact().nonFinite(NonFinite.FAIL));
    EvaluationCounters counters = ProcessRegistry.ofThisProcess().counters();
    long before = counters.get(Counter.EVALUATIONS);
    assertThatThrownBy(
            () -> engine.evaluateTogether(List.of(good, wrong), ProgressDisplay.silent()))
        .hasMessageContaining("NaN or infinite values");
    assertThat(counters.get(Counter.EVALUATIONS)).isEqualTo(before);
    engine.evaluate(good, ProgressDisplay.silent()).close();
    assertThat(counters.get(Counter.EVALUATIONS)).isEqualTo(before + 1);
  }

  @Test
  void aBatchThatIsChangedInPlaceIsNoticedWhereOthersShareIt() {
    SparkDataset data = TestSpark.generated(session, 40);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest good =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::forward);
    EvaluationRequest careless =
        request(
            data,
            model,
            TestNets.weights(1),
            (batch, m) -> new NDList(m.forward(batch.get("x").muli(2))));
    assertThatThrownBy(
            () -> engine.evaluateTogether(List.of(careless, good), ProgressDisplay.silent()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "processData of one of [shared, shared], or the model, changes the columns [x]")
        .hasMessageContaining("make it work on a copy");
    engine.evaluate(careless, ProgressDisplay.silent()).close();
  }

  @Test
  void aFullDeviceHalvesBatchesAndSaysSoOnce() {
    SparkDataset data = TestSpark.generated(session, 40, 40);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest request =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::classes);
    for (Step step : new Step[] {Step.STAGE, Step.PROCESS}) {
      List<String> lines;
      try (DeviceTraps traps = DeviceTraps.roomFor(3, step, DeviceTraps.FULL_HOST)) {
        lines = LogLines.of(() -> assertAllRows(request, 80));
        assertThat(traps.sprung()).isPositive();
      }
      assertThat(lines.stream().filter(line -> line.contains("halved")))
          .singleElement()
          .asString()
          .contains("callback 'shared' at E1_U1_S1 on dataset 'generated': the memory ran out, so")
          .contains("batches were halved to 2 rows on executor driver cpu(); a smaller batch_size");
      assertThat(LogLines.of(() -> assertAllRows(request, 80)))
          .as("the next evaluation begins with whole batches again")
          .noneMatch(line -> line.contains("halved"));
    }
  }

  @Test
  void modelsThatNobodyUsesMakeRoomForAnother() {
    SparkDataset data = TestSpark.generated(session, 10);
    ModelSource model = ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
    ModelSource other = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest request =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::classes);
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
      int before = TestNets.BUILT.get();
      fresh.evaluate(request, ProgressDisplay.silent()).close();
      fresh.evaluate(request, ProgressDisplay.silent()).close();
      assertThat(TestNets.BUILT.get() - before).isEqualTo(1);
      try (DeviceTraps traps = DeviceTraps.at(Step.LOAD, DeviceTraps.FULL, 1)) {
        EvaluationRequest next =
            request(data, other, TestNets.weights(2), SparkEvaluationEngineTest::classes);
        fresh.evaluate(next, ProgressDisplay.silent()).close();
        assertThat(traps.sprung()).isEqualTo(1);
      }
      fresh.evaluate(request, ProgressDisplay.silent()).close();
      assertThat(TestNets.BUILT.get() - before)
          .as("the first model was given up and built again")
          .isEqualTo(2);
    }
  }

  @Test
  void aModelThatNeverFitsIsAnErrorWithTheMemory() {
    SparkDataset data = TestSpark.generated(session, 10);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest request =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::classes);
    try (DeviceTraps traps = DeviceTraps.roomFor(0, Step.LOAD, DeviceTraps.FULL)) {
      assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()).close())
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining(
              "callback 'shared' at E1_U1_S1 on dataset 'generated': the model doesn't fit into"
                  + " the")
          .hasMessageContaining(
              "memory of cpu() (CUDA out of memory. Tried to allocate 20.00 MiB), of")
          .hasMessageContaining("use a device with more memory or a smaller model, or let fewer");
      assertThat(traps.sprung()).isPositive();
    }
    assertAllRows(request, 10);
  }

  @Test
  void theProcessOfTheDriverStaysIfItsDeviceIsLost() {
    SparkDataset data = TestSpark.generated(session, 10);
    ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
    EvaluationRequest request =
        request(data, model, TestNets.weights(1), SparkEvaluationEngineTest::classes)
            .withPolicy(skipping(10));
    for (Step step : new Step[] {Step.LOAD, Step.STAGE, Step.PROCESS}) {
      try (DeviceTraps traps = DeviceTraps.roomFor(0, step, DeviceTraps.BROKEN);
          SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
        assertThatThrownBy(() -> fresh.evaluate(request, ProgressDisplay.silent()).close())
            .as("%s", step)
            .isInstanceOf(EvaluationException.class)
            .hasMessageContaining(
                "callback 'shared' at E1_U1_S1 on dataset 'generated': this process can't use its"
                    + " device cpu() any more (CUDA error: an illegal memory access was"
                    + " encountered); restart the process");
        assertThat(traps.sprung()).isPositive();
      }
    }
    assertAllRows(request, 10);
  }

  private static void assertAllRows(EvaluationRequest request, int rows) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get(0).toLongArray())
          .isEqualTo(IntStream.range(0, rows).mapToLong(GeneratedRows::label).toArray());
    }
  }

  private static NDList classes(EvaluationBatch batch, EvaluationModel model) {
    model.forward(batch.get("x"));
    return new NDList(batch.get("class"));
  }

  private static NDList forward(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  private static EvaluationRequest request(
      SparkDataset data, ModelSource model, WeightSnapshot weights, BatchProcessor processor) {
    EvaluationTag tag = new EvaluationTag("shared", new TrainingIteration(1, 1, 1), "generated");
    return new EvaluationRequest(tag, data, 8, model, weights, processor);
  }
}
