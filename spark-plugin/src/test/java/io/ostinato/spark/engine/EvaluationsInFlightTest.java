package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.ostinato.callback.DataIteratorConfig;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataContainer;
import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.quality.BestMetricCallback;
import io.ostinato.quality.MetricCallback;
import io.ostinato.schedule.Schedule;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.training.Evaluations;
import io.ostinato.training.Join;
import io.ostinato.training.TrainingLoop;
import io.ostinato.training.Trainings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several evaluations at once, in an application whose scheduler is fair. */
@Timeout(60)
class EvaluationsInFlightTest {
  private static final ModelSource COUNTED =
      ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
  private static final String POOL = "spark.scheduler.pool";
  private static final List<String> PROPERTIES =
      List.of(
          POOL,
          "spark.jobGroup.id",
          "spark.job.description",
          "spark.job.interruptOnCancel",
          "spark.job.tags",
          "ostinato.jobs",
          "ostinato.grace");

  private static SparkSession session;
  private static SparkEvaluationEngine engine;
  private static volatile CountDownLatch letGo = new CountDownLatch(1);
  private static volatile CountDownLatch hanging = new CountDownLatch(1);

  /** What an evaluation does when its thread is interrupted. */
  private enum Doing {
    SORTING,
    JOINING,
    READING,
    RUNNING,
    MERGING,
    WRITING
  }

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.scheduler.mode", "FAIR",
                "spark.ui.liveUpdate.period", "0", // the status is that of now
                "spark.ostinato.evaluations.fitTasks", "false",
                "spark.ostinato.evaluations.treeTasks", "3"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @BeforeEach
  void reset() {
    letGo = new CountDownLatch(1);
    hanging = new CountDownLatch(1);
  }

  @AfterEach
  void letAllGo() {
    letGo.countDown();
    Hanging.release();
  }

  /** With processData, by which the driver gets the results of all rows, and with metrics. */
  @ParameterizedTest
  @ValueSource(longs = {1, 7})
  void aTrainingBesideItsEvaluationsHasTheMetricsOfOneThatEvaluatesHere(
      long updates, @TempDir Path folder) {
    SparkDataset test = TestSpark.generated(session, 30, 0, 20, 7);
    Evaluations beside = Evaluations.beside().join(Join.updates(updates));
    try (LocalEvaluationEngine here = new LocalEvaluationEngine();
        NDManager manager = Engine.getInstance().newBaseManager()) {
      List<MetricsRecord> expected = records(manager, folder.resolve("here"), here, test, beside);
      assertThat(expected).hasSize(10);
      List<MetricsRecord> records = records(manager, folder.resolve("spark"), engine, test, beside);
      assertThat(records)
          .extracting(MetricsRecord::iteration, MetricsRecord::metrics)
          .containsExactlyElementsOf(
              expected.stream().map(r -> tuple(r.iteration(), r.metrics())).toList());
    }
    assertIsQuiet();
  }

  private static List<MetricsRecord> records(
      NDManager manager,
      Path folder,
      EvaluationEngine its,
      SparkDataset test,
      Evaluations evaluations) {
    Schedule often = Schedule.everyNUpdates(2);
    TrainingLoop training =
        Trainings.on(manager, folder)
            .data(
                DataContainer.builder()
                    .train(Trainings.rows(manager, 160))
                    .evaluation("test", test)
                    .build())
            .engine(its)
            .evaluations(evaluations)
            .callback(new Trainings.Accuracy(DataIteratorConfig.every(often).batchSize(8)))
            .callback(
                new MetricCallback(
                    MetricCallback.Config.of(
                        DataIteratorConfig.every(often).named("states"), Metrics.crossEntropy())))
            .callback(
                new BestMetricCallback(
                    BestMetricCallback.Config.of("accuracy/test", "cross_entropy/states")
                        .every(often)))
            .length(TrainingLength.updates(20))
            .build();
    training.run();
    return Trainings.records(training);
  }

  @Test
  void manyOnFourThreadsHaveTheBitsOfEachAloneAndLeaveNothing() throws Exception {
    List<SparkDataset> datasets =
        List.of(
            TestSpark.generated(session, 30, 0, 20, 7), TestSpark.generated(session, 9, 9, 9, 9));
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      expected.add(bits(request(datasets.get(i % 2), 1 + i / 2, EvaluationsInFlightTest::predict)));
    }
    int built = TestNets.BUILT.get();
    List<FutureTask<Void>> threads = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      int offset = thread;
      threads.add(
          started(
              () -> {
                for (int i = 0; i < 15; i++) {
                  int which = (i * 3 + offset) % 8;
                  EvaluationRequest request =
                      request(
                          datasets.get(which % 2), 1 + which / 2, EvaluationsInFlightTest::predict);
                  assertThat(bits(request)).isEqualTo(expected.get(which));
                }
                return null;
              }));
    }
    for (FutureTask<Void> thread : threads) {
      thread.get(2, TimeUnit.MINUTES);
    }
    assertThat(TestNets.BUILT.get() - built).as("at most one version more").isLessThanOrEqualTo(1);
    assertIsQuiet();
  }

  @Test
  void tasksThatAlternateBetweenTwoVersionsRefreshEachOnce() throws Exception {
    SparkDataset data = TestSpark.generated(session, 4, 4, 4, 4, 4, 4, 4, 4);
    try (SparkEvaluationEngine fresh = SparkEvaluationEngine.of(session)) {
      bits(fresh, request(data, 9, EvaluationsInFlightTest::predict));
      for (int round = 1; round <= 3; round++) {
        // Both are submitted before one begins, so that a fair scheduler alternates their tasks.
        FutureTask<String> before = started(() -> bits(hung(Doing.RUNNING, Path.of(""))));
        awaitTasks(2);
        List<FutureTask<String>> both = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
          int weights = 10 * round + i;
          both.add(
              started(
                  () -> {
                    session.sparkContext().setLocalProperty(POOL, "of " + weights);
                    return bits(fresh, request(data, weights, EvaluationsInFlightTest::predict));
                  }));
        }
        await(() -> session.sparkContext().statusTracker().getActiveJobIds().length == 3);
        letGo.countDown();
        before.get(1, TimeUnit.MINUTES);
        for (FutureTask<String> one : both) {
          one.get(1, TimeUnit.MINUTES);
        }
        assertThat(fresh.residents())
            .extracting(ResidentReport::builds, ResidentReport::refreshes)
            .as("round %s", round)
            .containsExactly(tuple(2L, 1L + 2 * round));
        letGo = new CountDownLatch(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Doing.class)
  void anInterruptCancelsTheJobsOfItsThreadAndNoOthers(Doing doing, @TempDir Path folder)
      throws Exception {
    assumeFalse(
        doing == Doing.SORTING && session.version().startsWith("4"),
        "on Spark 4 a query that sorts rarely ends only with its job when it is interrupted");
    SparkDataset data = TestSpark.generated(session, 8);
    EvaluationRequest good = request(data, 1, EvaluationsInFlightTest::predict);
    String expected = bits(good);
    CountDownLatch otherHangs = new CountDownLatch(1);
    Hanging.with(otherHangs);
    FutureTask<String> other =
        started(() -> bits(request(data, 1, EvaluationsInFlightTest::hangOnce)));
    assertThat(otherHangs.await(1, TimeUnit.MINUTES)).isTrue();
    EvaluationRequest interrupted = hung(doing, folder);
    String[] state = new String[1];
    FutureTask<Void> thread =
        new FutureTask<>(
            () -> {
              Map<String, String> before = properties();
              assertThatThrownBy(() -> bits(interrupted))
                  .isInstanceOf(EvaluationException.class)
                  .hasMessage(
                      "callback 'hung' at E1_U2_S3 on dataset 'generated': the evaluation was"
                          + " interrupted");
              state[0] = Thread.interrupted() + " " + properties().equals(before);
              return null;
            });
    Thread caller = new Thread(thread);
    caller.start();
    assertThat(hanging.await(1, TimeUnit.MINUTES)).isTrue();
    interruptUntilDone(caller, thread);
    assertThat(state[0]).as("still interrupted, and properties as before").isEqualTo("true true");
    assertThat(other).as("the other one").isNotDone();
    awaitTasks(1);
    Hanging.release();
    assertThat(other.get(1, TimeUnit.MINUTES)).isEqualTo(expected);
    assertIsQuiet();
    assertThat(bits(good)).isEqualTo(expected);
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  /** As a training does when it cancels evaluations: Spark may miss an interrupt. */
  private static void interruptUntilDone(Thread caller, FutureTask<Void> thread) throws Exception {
    for (int i = 0; i < 100 && !thread.isDone(); i++) {
      caller.interrupt();
      try {
        thread.get(500, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        continue; // once more
      }
    }
    thread.get(1, TimeUnit.SECONDS);
  }

  @Test
  void aCancelledGroupAndADeadlineLeaveOthersAlone() throws Exception {
    SparkDataset data = TestSpark.generated(session, 8);
    String expected = bits(request(data, 1, EvaluationsInFlightTest::predict));
    CountDownLatch otherHangs = new CountDownLatch(1);
    Hanging.with(otherHangs);
    FutureTask<String> other =
        started(() -> bits(request(data, 1, EvaluationsInFlightTest::hangOnce)));
    assertThat(otherHangs.await(1, TimeUnit.MINUTES)).isTrue();
    EvaluationRequest late = request(data, 2, EvaluationsInFlightTest::hang);
    assertThatThrownBy(
            () -> bits(late.withPolicy(EvaluationPolicy.exact().deadline(Duration.ofMillis(500)))))
        .isInstanceOf(DeadlineExceededException.class);
    hanging = new CountDownLatch(1);
    EvaluationRequest named =
        new EvaluationRequest(
            new EvaluationTag("named", new TrainingIteration(1, 2, 3), "generated"),
            data,
            8,
            COUNTED,
            TestNets.weights(2),
            EvaluationsInFlightTest::hang);
    FutureTask<String> cancelled = started(() -> bits(named));
    assertThat(hanging.await(1, TimeUnit.MINUTES)).isTrue();
    session.sparkContext().cancelJobGroup("named E1_U2_S3");
    assertThatThrownBy(() -> cancelled.get(1, TimeUnit.MINUTES))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("cancelled job group named E1_U2_S3");
    assertThat(other).isNotDone();
    Hanging.release();
    assertThat(other.get(1, TimeUnit.MINUTES)).isEqualTo(expected);
  }

  @Test
  void batchesOfAnotherSizeAreReadWithoutWaiting() throws Exception {
    SparkDataset data =
        SparkDataset.of(TestSpark.generatedRows(session, 8), EvaluationsInFlightTest::readOnce);
    CountDownLatch readerHangs = new CountDownLatch(1);
    Hanging.with(readerHangs);
    FutureTask<String> reader =
        started(() -> bits(request(data, 1, EvaluationsInFlightTest::predict)));
    assertThat(readerHangs.await(1, TimeUnit.MINUTES)).isTrue();
    EvaluationRequest other =
        new EvaluationRequest(
            tag(), data, 4, COUNTED, TestNets.weights(1), EvaluationsInFlightTest::predict);
    FutureTask<String> meanwhile = started(() -> bits(other) + bits(other));
    String bits = meanwhile.get(1, TimeUnit.MINUTES);
    assertThat(reader).isNotDone();
    Hanging.release();
    String whole = reader.get(1, TimeUnit.MINUTES);
    assertThat(bits).isEqualTo(whole + whole);
  }

  @Test
  void allJobsRunInAPoolOfTheirOwnUnlessTheThreadHasOne(@TempDir Path folder) {
    Map<String, String> before = properties();
    assertThat(pools(folder.resolve("one"))).containsExactly("ostinato");
    assertThat(properties()).isEqualTo(before);
    session.sparkContext().setLocalProperty(POOL, "mine");
    try {
      assertThat(pools(folder.resolve("two"))).containsExactly("mine");
      assertThat(session.sparkContext().getLocalProperty(POOL)).isEqualTo("mine");
    } finally {
      session.sparkContext().setLocalProperty(POOL, null);
    }
  }

  /** The pools of all jobs and stages of evaluations, and whether a stage has none. */
  private static Set<String> pools(Path folder) {
    Set<String> pools = new HashSet<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onJobStart(SparkListenerJobStart job) {
            add(job.properties());
          }

          @Override
          public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            add(stage.properties());
          }

          private void add(Properties properties) {
            synchronized (pools) {
              pools.add(properties.getProperty(POOL) + "");
            }
          }
        };
    SparkDataset data = TestSpark.generated(session, 4, 4, 4, 4);
    session.sparkContext().addSparkListener(listener);
    try {
      bits(request(data, 1, EvaluationsInFlightTest::predict));
      bits(measured(data, EvaluationsInFlightTest::predict));
      bits(written(data, EvaluationsInFlightTest::predict, folder));
      assertIsQuiet();
    } finally {
      session.sparkContext().removeSparkListener(listener);
    }
    synchronized (pools) {
      return Set.copyOf(pools);
    }
  }

  private static EvaluationRequest hung(Doing doing, Path folder) {
    SparkDataset data = TestSpark.generated(session, 3, 3, 3);
    return switch (doing) {
      case SORTING ->
          request(columns(hangingRows().sort("class")), 2, EvaluationsInFlightTest::hang);
      case JOINING ->
          request(
              columns(
                  TestSpark.generatedRows(session, 8)
                      .join(functions.broadcast(hangingRows().select("class")), "class")),
              2,
              EvaluationsInFlightTest::hang);
      case READING ->
          request(
              SparkDataset.of(TestSpark.generatedRows(session, 8), EvaluationsInFlightTest::read),
              2,
              EvaluationsInFlightTest::predict);
      case RUNNING -> request(data, 2, EvaluationsInFlightTest::hang);
      case MERGING -> measured(data, EvaluationsInFlightTest::hang);
      case WRITING -> written(data, EvaluationsInFlightTest::hangLater, folder.resolve("out"));
    };
  }

  /** Rows that are read by jobs of the query, before those of the evaluation. */
  private static Dataset<Row> hangingRows() {
    Dataset<Row> rows = TestSpark.generatedRows(session, 8);
    return session.createDataFrame(
        rows.javaRDD()
            .map(
                row -> {
                  hanging.countDown();
                  letGo.await();
                  return row;
                }),
        rows.schema());
  }

  private static SparkDataset columns(Dataset<Row> rows) {
    return SparkDataset.of(rows)
        .column("x", "x", DataType.FLOAT32, GeneratedRows.FEATURES)
        .column("class", "class", DataType.INT64);
  }

  private static EvaluationRequest request(
      SparkDataset data, long weights, BatchProcessor processor) {
    return new EvaluationRequest(tag(), data, 8, COUNTED, TestNets.weights(weights), processor);
  }

  private static EvaluationRequest measured(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        tag(),
        data,
        8,
        COUNTED,
        TestNets.weights(2),
        processor,
        List.of(Metrics.mean("outputs")),
        ResultsTarget.collected());
  }

  private static EvaluationRequest written(
      SparkDataset data, BatchProcessor processor, Path folder) {
    return new EvaluationRequest(
        tag(),
        data,
        8,
        COUNTED,
        TestNets.weights(2),
        processor,
        List.of(),
        ResultsTarget.parquet(folder.toString()));
  }

  private static EvaluationTag tag() {
    return new EvaluationTag("hung", new TrainingIteration(1, 2, 3), "generated");
  }

  private static String bits(EvaluationRequest request) {
    return bits(engine, request);
  }

  private static String bits(SparkEvaluationEngine engine, EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.manifest()).isEqualTo(request.weights().manifest().hash());
      StringBuilder bits = new StringBuilder();
      for (int i = 0; i < results.size(); i++) {
        for (byte each : results.get(i).toByteArray()) {
          bits.append(each).append(' ');
        }
      }
      return bits.toString();
    }
  }

  /** The properties of this thread that an evaluation sets. */
  private static Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>();
    PROPERTIES.forEach(
        key -> properties.put(key, session.sparkContext().getLocalProperty(key) + ""));
    return properties;
  }

  private static <T> FutureTask<T> started(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task, "evaluation").start();
    return task;
  }

  /** No job is left, and nobody uses a model. */
  private static void assertIsQuiet() {
    awaitTasks(0);
    await(() -> session.sparkContext().statusTracker().getActiveJobIds().length == 0);
  }

  private static void awaitTasks(int tasks) {
    await(
        () ->
            Stream.of(session.sparkContext().statusTracker().getExecutorInfos())
                    .mapToInt(SparkExecutorInfo::numRunningTasks)
                    .sum()
                == tasks);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName("outputs");
    return new NDList(outputs);
  }

  private static NDList hang(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    hanging.countDown();
    letGo.await();
    return predict(batch, model);
  }

  /** The schema of what is written is found from the first batch. */
  private static NDList hangLater(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    return batch.firstRow() == 0 ? predict(batch, model) : hang(batch, model);
  }

  private static NDList hangOnce(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    Hanging.await();
    return predict(batch, model);
  }

  private static NDList read(Row row, NDManager manager) throws InterruptedException {
    hanging.countDown();
    letGo.await();
    return x(row, manager);
  }

  /** Hangs the first time only. */
  private static NDList readOnce(Row row, NDManager manager) throws InterruptedException {
    Hanging.awaitFirst();
    return x(row, manager);
  }

  private static NDList x(Row row, NDManager manager) {
    List<Float> values = row.getList(0);
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(i);
    }
    NDArray x = manager.create(numbers);
    x.setName("x");
    return new NDList(x);
  }

  /** A place where the tasks of one evaluation wait. */
  private static final class Hanging {
    private static volatile CountDownLatch arrived = new CountDownLatch(1);
    private static volatile CountDownLatch released = new CountDownLatch(1);

    static void with(CountDownLatch told) {
      arrived = told;
      released = new CountDownLatch(1);
    }

    static void release() {
      released.countDown();
    }

    static void await() throws InterruptedException {
      arrived.countDown();
      released.await();
    }

    static void awaitFirst() throws InterruptedException {
      CountDownLatch first = arrived;
      synchronized (first) {
        if (first.getCount() == 0) {
          return;
        }
        first.countDown();
      }
      released.await();
    }
  }
}
