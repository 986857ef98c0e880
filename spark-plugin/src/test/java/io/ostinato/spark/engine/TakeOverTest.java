package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.TestNets;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricBatch;
import io.ostinato.metric.Metrics;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition of 30 batches beside one of two, on two slots. */
class TakeOverTest {
  private static final int LONG = 60;
  private static final int SHORT = 4;
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** The threads that have run batches of the long partition. */
  private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

  private static CountDownLatch two = new CountDownLatch(2);
  private static CountDownLatch shortEnded = new CountDownLatch(1);

  @ParameterizedTest
  @ValueSource(strings = {"ahead", "run"})
  void theSlotOfTheShortPartitionTakesOverBatchesOfTheLongOne(String staging) {
    try (SparkSession session = session(true, staging);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      float[] expected = outputs(engine, session, TakeOverTest::together);
      begin();
      float[] outputs = outputs(engine, session, TakeOverTest::onTwoThreads);
      assertThat(outputs).as("the same bits, in the same order").isEqualTo(expected);
      assertThat(THREADS).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ahead", "run"})
  void statesOfMetricsAndSkippedRowsAreThoseOfOneThread(String staging) {
    try (SparkSession session = session(true, staging);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
        LocalEvaluationEngine local = new LocalEvaluationEngine()) {
      SparkDataset data = withBadRows(session);
      List<Metric<?>> metrics =
          List.of(Metrics.accuracy(), Metrics.crossEntropy(), Metrics.confusionMatrix(3));
      EvaluationRequest alone = measured(data, metrics, TakeOverTest::measured);
      EvaluationRequest together = measured(data, metrics, TakeOverTest::measuredOnTwoThreads);
      try (EvaluationResults expected = local.evaluate(alone, ProgressDisplay.silent())) {
        outputs(engine, session, TakeOverTest::together);
        engine.evaluate(alone, ProgressDisplay.silent()).close();
        begin();
        try (EvaluationResults results = engine.evaluate(together, ProgressDisplay.silent())) {
          assertThat(THREADS).hasSize(2);
          assertThat(results.metrics()).isEqualTo(expected.metrics());
          assertThat(results.skipped()).isEqualTo(expected.skipped());
          assertThat(results.skipped().count()).isPositive();
          assertThat(results.certificate().partitions())
              .isEqualTo(expected.certificate().partitions());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ahead", "run"})
  void aBatchThatFailsThereFailsTheEvaluation(String staging) {
    try (SparkSession session = session(true, staging);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      outputs(engine, session, TakeOverTest::together);
      begin();
      assertThatThrownBy(() -> outputs(engine, session, TakeOverTest::failingOnSecondThread))
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("no luck on a second thread")
          .hasMessageContaining("partition 0, rows ");
    }
  }

  @Test
  void itCanBeSwitchedOff() {
    try (SparkSession session = session(false, "auto");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      outputs(engine, session, TakeOverTest::together);
      begin();
      outputs(engine, session, TakeOverTest::afterTheShortOne);
      assertThat(THREADS).hasSize(1);
    }
  }

  private static SparkSession session(boolean takeOver, String staging) {
    Map<String, String> conf = new HashMap<>();
    conf.put("spark.ostinato.evaluations.fitTasks", "false");
    conf.put("spark.ostinato.evaluations.takeOver", Boolean.toString(takeOver));
    conf.put("spark.ostinato.blocks.staging", staging);
    return TestSpark.local(conf);
  }

  private static void begin() {
    THREADS.clear();
    two = new CountDownLatch(2);
    shortEnded = new CountDownLatch(1);
  }

  private static NDList together(EvaluationBatch batch, EvaluationModel model) {
    TwoTasks.meet(batch, LONG);
    return plain(batch, model);
  }

  private static NDList plain(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName("outputs");
    return new NDList(outputs);
  }

  private static NDList measured(EvaluationBatch batch, EvaluationModel model) {
    NDList results = plain(batch, model);
    results.head().setName(MetricBatch.OUTPUTS);
    NDArray targets = batch.get("class").toType(DataType.INT64, true);
    targets.setName(MetricBatch.TARGETS);
    results.add(targets);
    return results;
  }

  private static NDList onTwoThreads(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    waitForTwoThreads(batch);
    return plain(batch, model);
  }

  private static NDList measuredOnTwoThreads(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    waitForTwoThreads(batch);
    return measured(batch, model);
  }

  /** Batches of the long partition, but for the first one, wait until two threads run some. */
  private static void waitForTwoThreads(EvaluationBatch batch) throws InterruptedException {
    if (batch.firstRow() > 0 && batch.firstRow() < LONG) {
      if (THREADS.add(Thread.currentThread())) {
        two.countDown();
      }
      if (!two.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody has helped");
      }
    }
  }

  private static NDList failingOnSecondThread(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() > 0 && batch.firstRow() < LONG) {
      boolean isNew = THREADS.add(Thread.currentThread());
      two.countDown();
      if (isNew && THREADS.size() == 2) {
        throw new IllegalStateException("no luck on a second thread");
      }
      two.await(1, TimeUnit.MINUTES);
    }
    return plain(batch, model);
  }

  /** Batches of the long partition, but for the first one, wait until the short one has ended. */
  private static NDList afterTheShortOne(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() >= LONG) {
      TaskCompletionListener ended = task -> shortEnded.countDown();
      TaskContext.get().addTaskCompletionListener(ended);
    } else if (batch.firstRow() > 0) {
      THREADS.add(Thread.currentThread());
      if (!shortEnded.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("the short partition hasn't ended");
      }
    }
    return plain(batch, model);
  }

  /** The generated rows, some of which have no x. */
  private static SparkDataset withBadRows(SparkSession session) {
    return SparkDataset.of(
            TestSpark.generatedRows(session, LONG, SHORT)
                .selectExpr(
                    "case when class = 0 and abs(x[0]) > 1.5 then null else x end as x", "class"))
        .column("x", "x", DataType.FLOAT32, TestNets.FEATURES.getShape())
        .column("class", "class", DataType.INT64);
  }

  private static EvaluationRequest measured(
      SparkDataset data, List<Metric<?>> metrics, BatchProcessor processor) {
    return new EvaluationRequest(
            new EvaluationTag("measured", new TrainingIteration(1, 1, 1), "generated"),
            data,
            2,
            CLASSIFIER,
            TestNets.weights(1),
            processor,
            metrics)
        .withPolicy(EvaluationPolicy.exact().badRows(BadRows.skipUpTo(20)));
  }

  private static float[] outputs(
      SparkEvaluationEngine engine, SparkSession session, BatchProcessor processor) {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("taken over", new TrainingIteration(1, 1, 1), "generated"),
            TestSpark.generated(session, LONG, SHORT),
            2,
            CLASSIFIER,
            TestNets.weights(1),
            processor);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get("outputs").toFloatArray();
    }
  }
}
