package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** A partition of 30 batches beside one of two, on two slots. */
class TakeOverTest {
  private static final int LONG = 60;
  private static final int SHORT = 4;
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** The threads that have run batches of the long partition. */
  private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

  private static CountDownLatch two = new CountDownLatch(2);

  @Test
  void theSlotOfTheShortPartitionTakesOverBatchesOfTheLongOne() {
    try (SparkSession session =
            TestSpark.local(Map.of("spark.ostinato.evaluations.fitTasks", "false"));
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      // Before its first evaluation has ended, it isn't known what state a model keeps.
      float[] expected = outputs(engine, session, TakeOverTest::plain);
      begin();
      float[] outputs = outputs(engine, session, TakeOverTest::onTwoThreads);
      assertThat(outputs).as("the same bits, in the same order").isEqualTo(expected);
      assertThat(THREADS).hasSize(2);
    }
  }

  @Test
  void aBatchThatFailsThereFailsTheEvaluation() {
    try (SparkSession session =
            TestSpark.local(Map.of("spark.ostinato.evaluations.fitTasks", "false"));
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      outputs(engine, session, TakeOverTest::plain);
      begin();
      assertThatThrownBy(() -> outputs(engine, session, TakeOverTest::failingOnSecondThread))
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("no luck on a second thread")
          .hasMessageContaining("partition 0, rows ");
    }
  }

  @Test
  void itCanBeSwitchedOff() {
    try (SparkSession session =
            TestSpark.local(
                Map.of(
                    "spark.ostinato.evaluations.fitTasks",
                    "false",
                    "spark.ostinato.evaluations.takeOver",
                    "false"));
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      outputs(engine, session, TakeOverTest::plain);
      begin();
      outputs(engine, session, TakeOverTest::slowly);
      assertThat(THREADS).hasSize(1);
    }
  }

  private static void begin() {
    THREADS.clear();
    two = new CountDownLatch(2);
  }

  private static NDList plain(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName("outputs");
    return new NDList(outputs);
  }

  /** Batches of the long partition, but for the first one, wait until two threads run some. */
  private static NDList onTwoThreads(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() > 0 && batch.firstRow() < LONG) {
      if (THREADS.add(Thread.currentThread())) {
        two.countDown();
      }
      if (!two.await(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("nobody has helped");
      }
    }
    return plain(batch, model);
  }

  private static NDList failingOnSecondThread(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() < LONG) {
      if (THREADS.add(Thread.currentThread()) && THREADS.size() == 2) {
        throw new IllegalStateException("no luck on a second thread");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return plain(batch, model);
  }

  private static NDList slowly(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (batch.firstRow() < LONG) {
      THREADS.add(Thread.currentThread());
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return plain(batch, model);
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
