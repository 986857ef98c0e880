package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.LogLines;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.NonFinite;
import io.ostinato.evaluation.ResultsTarget;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations that hang on the threads of this process, of which there are two. */
@Timeout(120)
class DeadlineTest {
  private static final ModelSource COUNTED =
      ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
  private static final EvaluationPolicy SOON =
      EvaluationPolicy.exact().deadline(Duration.ofMillis(700));

  private static final AtomicInteger SPINNING = new AtomicInteger();

  private static SparkSession session;
  private static SparkEvaluationEngine engine;
  private static volatile CountDownLatch letGo = new CountDownLatch(1);
  private static volatile CountDownLatch hanging = new CountDownLatch(1);
  private static volatile BooleanSupplier goesOn = () -> true;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.plugins", OstinatoPlugin.class.getName(),
                "spark.ostinato.evaluations.grace", "300ms",
                "spark.ostinato.evaluations.silence", "200ms",
                "spark.ostinato.evaluations.treeTasks", "3",
                "spark.ostinato.device.tasks", "2"));
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
    goesOn = () -> true;
    letGo.countDown();
  }

  @Test
  void theErrorSaysHowFarItWasAndWhichTasksRan() {
    SparkDataset data = TestSpark.generated(session, 16, 16);
    engine.evaluate(request(data, DeadlineTest::predict), ProgressDisplay.silent()).close();
    EvaluationRequest hung =
        request(data, DeadlineTest::hangAfterBatch)
            .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofSeconds(3)));
    assertThatThrownBy(() -> numbers(hung))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageMatching(
            "callback 'hung' at E1_U2_S3 on dataset 'generated': the evaluation was cancelled after"
                + " \\d+ m?s, because its deadline is 3 s: \\d+ of 32 rows were done; still running:"
                + " partition 0 on executor driver \\([^)]+\\)(, 8 rows done)?; partition 1 on"
                + " executor driver \\([^)]+\\)(, 8 rows done)?; set a longer deadline, or find"
                + " out what processData or the data waits for");
  }

  @Test
  void threadsThatIgnoreTheirInterruptionAreAbandonedWithTheirModelAndGiveTheirSlotsBack()
      throws Exception {
    SparkDataset data = TestSpark.generated(session, 16, 16);
    float[] before = numbers(request(data, DeadlineTest::predict));
    int built = TestNets.BUILT.get();
    List<String> lines =
        abandonedWhile(
            data,
            DeadlineTest::spin,
            () ->
                assertThat(numbers(request(data, DeadlineTest::predict)))
                    .as("on another model, in the slots of the abandoned threads")
                    .isEqualTo(before));
    assertThat(lines)
        .hasSize(SPINNING.get())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line).contains("doesn't end", "DeadlineTest.spin"));
    assertThat(TestNets.BUILT.get() - built).as("another model").isPositive();
    endAbandoned();
  }

  @Test
  void aHelperThatHangsIsAbandonedWithTheTaskThatItHelps() throws Exception {
    SparkDataset data = TestSpark.generated(session, 80, 2);
    float[] before = numbers(request(data, DeadlineTest::predictTogether));
    List<String> lines =
        abandonedWhile(
            data,
            DeadlineTest::spinAfterTheFirst,
            () -> {
              assertThat(SPINNING).as("the task and its helper").hasValue(2);
              assertThat(numbers(request(data, DeadlineTest::predict))).isEqualTo(before);
            });
    assertThat(lines)
        .singleElement()
        .asString()
        .containsSubsequence("DeadlineTest.spin", ", another one at ", "DeadlineTest.spin");
    endAbandoned();
  }

  /**
   * The messages about abandoned threads while an evaluation misses its deadline, and something
   * follows.
   */
  private List<String> abandonedWhile(SparkDataset data, BatchProcessor processor, Runnable next)
      throws Exception {
    return LogLines.whileRunning(
            logged -> {
              EvaluationRequest late =
                  request(data, processor)
                      .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofSeconds(2)));
              assertThatThrownBy(() -> numbers(late)).isInstanceOf(DeadlineExceededException.class);
              next.run();
            })
        .stream()
        .filter(line -> line.contains("the thread and its model are abandoned"))
        .toList();
  }

  /** Lets abandoned threads end; they don't have the turn of the engine any more. */
  private static void endAbandoned() throws Exception {
    CompletableFuture.runAsync(() -> EngineTurn.toTrain().close()).get(1, TimeUnit.MINUTES);
    letGo.countDown();
    while (SPINNING.get() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void theDeadlineIncludesTheReadingOfTheDataWhichTheNextEvaluationReadsAgain() {
    SparkDataset data =
        SparkDataset.of(TestSpark.generatedRows(session, 8, 8), DeadlineTest::readOrHang);
    goesOn = () -> false;
    assertThatThrownBy(() -> numbers(request(data, DeadlineTest::predict).withPolicy(SOON)))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("the data was being prepared; still running: partition 0");
    goesOn = () -> true;
    assertThat(numbers(request(data, DeadlineTest::predict)))
        .isEqualTo(numbers(request(TestSpark.generated(session, 8, 8), DeadlineTest::predict)));
  }

  @Test
  void anEvaluationThatWaitsForAnotherToReadTheDataKeepsItsDeadline() throws Exception {
    SparkDataset data =
        SparkDataset.of(TestSpark.generatedRows(session, 8), DeadlineTest::readOrHang);
    goesOn = () -> false;
    Thread reader = new Thread(() -> numbers(request(data, DeadlineTest::predict)));
    reader.start();
    assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> numbers(request(data, DeadlineTest::predict).withPolicy(SOON)))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("no task is running, so it waits for executors, free task slots");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    letGo.countDown();
    reader.join(60_000);
    assertThat(reader.isAlive()).isFalse();
  }

  @Test
  void whatExecutorsWriteIsCancelledTooAndLeavesNothing(@TempDir Path folder) throws Exception {
    SparkDataset data = TestSpark.generated(session, 16, 16);
    EvaluationRequest written =
        new EvaluationRequest(
                tag(),
                data,
                8,
                COUNTED,
                TestNets.weights(1),
                DeadlineTest::hangAfterBatch,
                List.of(),
                ResultsTarget.parquet(folder.resolve("out").toString()))
            .withPolicy(SOON);
    assertThatThrownBy(() -> engine.evaluate(written, ProgressDisplay.silent()))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining(" of 32 rows were done");
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void rowsThatExecutorsWriteCanBeRequiredToBeFinite(@TempDir Path folder) {
    EvaluationRequest written =
        new EvaluationRequest(
                tag(),
                TestSpark.generated(session, 16, 16),
                8,
                COUNTED,
                TestNets.weights(1),
                (batch, model) ->
                    new NDList(model.forward(batch.get("x")).div(batch.firstRow() == 24 ? 0 : 1)),
                List.of(),
                ResultsTarget.parquet(folder.resolve("out").toString()))
            .withPolicy(EvaluationPolicy.exact().nonFinite(NonFinite.FAIL));
    assertThatThrownBy(() -> engine.evaluate(written, ProgressDisplay.silent()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the result at position 0 has 24 NaN or infinite values")
        .hasMessageContaining("in row 24");
  }

  @Test
  void metricsThatAreMergedAsATreeAreCancelledToo() {
    SparkDataset data = TestSpark.generated(session, 8, 8, 8, 8);
    EvaluationRequest measured =
        new EvaluationRequest(
            tag(),
            data,
            4,
            COUNTED,
            TestNets.weights(1),
            DeadlineTest::hangAfterBatch,
            List.of(Metrics.mean("outputs")),
            ResultsTarget.collected());
    assertThatThrownBy(() -> engine.evaluate(measured.withPolicy(SOON), ProgressDisplay.silent()))
        .isInstanceOf(DeadlineExceededException.class);
  }

  @Test
  void anEvaluationWithoutProgressSaysWhatItWaitsFor() {
    SparkDataset data = TestSpark.generated(session, 16, 16);
    EvaluationRequest silent = request(data, DeadlineTest::waitToGoOn);
    List<String> lines =
        LogLines.whileRunning(
            logged -> {
              goesOn = () -> logged.get().contains(" rows were done; still running");
              numbers(silent);
            });
    assertThat(lines)
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("callback 'hung' at E1_U2_S3 on dataset 'generated': no progress for")
                    .contains(" of 32 rows were done; still running: partition ")
                    .contains(" on executor driver ("));
  }

  @Test
  void aDeadlineThatIsNotMissedLeavesNoTrace() {
    SparkDataset data = TestSpark.generated(session, 16, 16);
    float[] before = numbers(request(data, DeadlineTest::predict));
    for (int i = 0; i < 20; i++) {
      assertThat(
              numbers(
                  request(data, DeadlineTest::predict)
                      .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofMinutes(5)))))
          .isEqualTo(before);
    }
    assertThat(session.sparkContext().getLocalProperty(InternalRunningTasks.JOBS)).isNull();
    assertThat(session.sparkContext().getLocalProperty("ostinato.grace")).isNull();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private float[] numbers(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get(0).toFloatArray();
    }
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(tag(), data, 8, COUNTED, TestNets.weights(1), processor);
  }

  private static EvaluationTag tag() {
    return new EvaluationTag("hung", new TrainingIteration(1, 2, 3), "generated");
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    NDList outputs = new NDList(model.forward(batch.get("x")));
    outputs.get(0).setName("outputs");
    return outputs;
  }

  private static NDList hangAfterBatch(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() % 16 != 0) {
      new CountDownLatch(1).await();
    }
    return predict(batch, model);
  }

  private static NDList readOrHang(Row row, NDManager manager) throws InterruptedException {
    if (!goesOn.getAsBoolean()) {
      hanging.countDown();
      letGo.await();
    }
    List<Float> values = row.getList(0);
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(i);
    }
    NDArray x = manager.create(numbers);
    x.setName("x");
    return new NDList(x);
  }

  private static NDList predictTogether(EvaluationBatch batch, EvaluationModel model) {
    TwoTasks.meet(batch, 80);
    return predict(batch, model);
  }

  /** In a partition of 80 rows. */
  private static NDList spinAfterTheFirst(EvaluationBatch batch, EvaluationModel model) {
    return batch.firstRow() > 0 && batch.firstRow() < 80
        ? spin(batch, model)
        : predict(batch, model);
  }

  private static NDList spin(EvaluationBatch batch, EvaluationModel model) {
    SPINNING.incrementAndGet();
    while (letGo.getCount() > 0) {
      LockSupport.parkNanos(1_000_000);
      Thread.interrupted(); // as native code, which doesn't know of interrupts
    }
    SPINNING.decrementAndGet();
    return predict(batch, model);
  }

  private static NDList waitToGoOn(EvaluationBatch batch, EvaluationModel model) {
    while (!goesOn.getAsBoolean()) {
      Thread.onSpinWait();
    }
    return predict(batch, model);
  }
}
