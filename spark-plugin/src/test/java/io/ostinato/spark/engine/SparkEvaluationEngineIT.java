package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DeadlineExceededException;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationPolicy;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.resident.TaskWatchdog;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On executors that are processes of their own, with the plugin. */
class SparkEvaluationEngineIT extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.localCluster(
            Map.of(
                "spark.plugins",
                OstinatoPlugin.class.getName(),
                "spark.ostinato.evaluations.grace",
                "500ms"));
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
  void anExecutorWhoseTaskIgnoresItsInterruptionIsReplacedAndTheNextEvaluationIsRight()
      throws Exception {
    SparkDataset data = TestSpark.generated(session, 20, 20);
    float[] before = numbers(request(data, SparkEvaluationEngineIT::predict));
    CompletableFuture<String> removed = new CompletableFuture<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
            removed.complete(executor.reason());
          }
        };
    session.sparkContext().addSparkListener(listener);
    try {
      EvaluationRequest stuck =
          request(data, SparkEvaluationEngineIT::spin)
              .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofSeconds(2)));
      assertThatThrownBy(() -> numbers(stuck))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining(" of 40 rows were done");
      assertThat(removed.get(2, TimeUnit.MINUTES)).contains("code " + TaskWatchdog.EXIT_CODE);
    } finally {
      session.sparkContext().removeSparkListener(listener);
    }
    assertThat(numbers(request(data, SparkEvaluationEngineIT::predict))).isEqualTo(before);
  }

  private static float[] numbers(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get(0).toFloatArray();
    }
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        new EvaluationTag("stuck", TrainingIteration.START, "generated"),
        data,
        8,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor);
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  /** As native code that never returns. */
  private static NDList spin(EvaluationBatch batch, EvaluationModel model) {
    while (batch.firstRow() >= 0) {
      LockSupport.parkNanos(1_000_000);
      Thread.interrupted();
    }
    return predict(batch, model);
  }
}
