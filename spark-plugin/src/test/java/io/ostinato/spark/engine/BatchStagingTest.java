package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** The tests' engine has one intra-op thread. */
class BatchStagingTest {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final int ROWS = 40;
  private static final int BATCH = 8;

  /** Makes all slots known. */
  private static final CyclicBarrier ALL = new CyclicBarrier(PROCESSORS);

  private static final Set<String> THREADS = ConcurrentHashMap.newKeySet();

  @Test
  void coresAreLeftIfTasksThatComputeNeedFewer() {
    assertThat(BatchStaging.leavesCores(1, 1, 2)).as("one of two").isTrue();
    assertThat(BatchStaging.leavesCores(2, 1, 2)).as("both").isFalse();
    assertThat(BatchStaging.leavesCores(1, 2, 2)).as("both by one task").isFalse();
    assertThat(BatchStaging.leavesCores(4, 3, 16)).as("12 of 16").isTrue();
    assertThat(BatchStaging.leavesCores(8, 8, 16)).as("more than there are").isFalse();
  }

  @Test
  void whereTasksComputeOnAllCoresTheThreadThatRunsABatchCopiesItJustBefore() {
    List<List<Step>> threads = steps(PROCESSORS, Map.of(), BatchStagingTest::together);
    for (List<Step> steps : threads) {
      for (int i = 0; i < steps.size(); i++) {
        assertThat(steps.get(i)).isEqualTo(i % 2 == 0 ? Step.STAGE : Step.PROCESS);
      }
    }
    assertThat(threads.stream().mapToInt(List::size).sum())
        .isEqualTo(2 * PROCESSORS * ROWS / BATCH);
  }

  @Test
  void storedBatchesAreThenRunByTheThreadOfTheTask() {
    Map<String, String> alone = Map.of("spark.ostinato.evaluations.takeOver", "false");
    assertThat(ranOn(PROCESSORS, alone, EvaluationPolicy.exact()))
        .isNotEmpty()
        .allMatch(BatchStagingTest::isOfTask);
  }

  @Test
  void batchesThatAreDecodedEachTimeAreRunByAnotherThread() {
    Map<String, String> notStored = Map.of("spark.ostinato.blocks.store", "0");
    assertThat(ranOn(PROCESSORS, notStored, EvaluationPolicy.exact()))
        .isNotEmpty()
        .noneMatch(BatchStagingTest::isOfTask);
  }

  @Test
  void batchesThatMayHaveToBeLeftBehindAreRunByAnotherThread() {
    EvaluationPolicy policy = EvaluationPolicy.exact().deadline(Duration.ofMinutes(10));
    assertThat(ranOn(PROCESSORS, Map.of(), policy))
        .isNotEmpty()
        .noneMatch(BatchStagingTest::isOfTask);
  }

  @Test
  void whereCoresAreIdleAnotherThreadCopiesAhead() {
    assumeTrue(PROCESSORS > 1, "one task computes on all cores");
    assertThat(steps(1, Map.of(), BatchStagingTest::alone))
        .hasSizeGreaterThan(1)
        .noneMatch(steps -> steps.contains(Step.STAGE) && steps.contains(Step.PROCESS));
  }

  @Test
  void aSettingDecidesInsteadOfTheCores() {
    Map<String, String> ahead = Map.of("spark.ostinato.blocks.staging", "ahead");
    assertThat(steps(PROCESSORS, ahead, BatchStagingTest::together))
        .hasSizeGreaterThan(1)
        .noneMatch(steps -> steps.contains(Step.STAGE) && steps.contains(Step.PROCESS));
    assertThat(ranOn(PROCESSORS, ahead, EvaluationPolicy.exact()))
        .isNotEmpty()
        .noneMatch(BatchStagingTest::isOfTask);
    Map<String, String> run = Map.of("spark.ostinato.blocks.staging", "run");
    assertThat(steps(1, run, BatchStagingTest::alone))
        .singleElement()
        .satisfies(steps -> assertThat(steps).contains(Step.STAGE, Step.PROCESS));
  }

  @Test
  void tasksThatWaitForTheirTurnLeaveCoresIdle() {
    assumeTrue(PROCESSORS > 1, "one task computes on all cores");
    Map<String, String> inTurn = Map.of("spark.ostinato.device.tasks", "1");
    assertThat(steps(PROCESSORS, inTurn, BatchStagingTest::alone))
        .hasSizeGreaterThan(1)
        .noneMatch(steps -> steps.contains(Step.STAGE) && steps.contains(Step.PROCESS));
  }

  /**
   * The steps with batches on each thread.
   *
   * @param first processes the evaluation before, which has as many tasks
   */
  private static List<List<Step>> steps(int slots, Map<String, String> conf, BatchProcessor first) {
    int[] partitions = new int[slots];
    Arrays.fill(partitions, ROWS);
    try (SparkSession session = TestSpark.local("local[%s]".formatted(slots), conf);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      SparkDataset data = TestSpark.generated(session, partitions);
      run(engine, data, first);
      try (DeviceTraps traps = DeviceTraps.recording()) {
        run(engine, data, BatchStagingTest::alone);
        return traps.steps().values().stream()
            .map(
                steps ->
                    steps.stream()
                        .filter(step -> step == Step.STAGE || step == Step.PROCESS)
                        .toList())
            .filter(steps -> !steps.isEmpty())
            .toList();
      }
    }
  }

  /** The names of the threads that have run batches. */
  private static Set<String> ranOn(int slots, Map<String, String> conf, EvaluationPolicy policy) {
    int[] partitions = new int[slots];
    Arrays.fill(partitions, ROWS);
    try (SparkSession session = TestSpark.local("local[%s]".formatted(slots), conf);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      SparkDataset data = TestSpark.generated(session, partitions);
      run(engine, data, BatchStagingTest::together);
      THREADS.clear();
      EvaluationRequest request = request(data, BatchStagingTest::named).withPolicy(policy);
      engine.evaluate(request, ProgressDisplay.silent()).close();
      return Set.copyOf(THREADS);
    }
  }

  private static boolean isOfTask(String thread) {
    return thread.startsWith("Executor task launch worker");
  }

  private static void run(
      SparkEvaluationEngine engine, SparkDataset data, BatchProcessor processor) {
    engine.evaluate(request(data, processor), ProgressDisplay.silent()).close();
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        new EvaluationTag("staged", new TrainingIteration(1, 1, 1), "generated"),
        data,
        BATCH,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor);
  }

  private static NDList named(EvaluationBatch batch, EvaluationModel model) {
    THREADS.add(Thread.currentThread().getName());
    return alone(batch, model);
  }

  private static NDList together(EvaluationBatch batch, EvaluationModel model) throws Exception {
    if (batch.firstRow() % ROWS == 0) {
      ALL.await(1, TimeUnit.MINUTES);
    }
    return alone(batch, model);
  }

  private static NDList alone(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }
}
