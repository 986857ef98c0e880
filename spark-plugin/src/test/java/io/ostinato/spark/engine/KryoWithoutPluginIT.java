package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on executor processes that lack the plugin, with Kryo as Spark's serializer. */
class KryoWithoutPluginIT extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session =
        TestSpark.localCluster(
            Map.of(
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer",
                "spark.executor.heartbeatInterval",
                "200ms"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void aTaskThatIsRetriedCountsOnce() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("retried", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 50, 50, 50),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            KryoWithoutPluginIT::failFirst);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.get("labels").toLongArray())
          .isEqualTo(IntStream.range(0, 150).mapToLong(GeneratedRows::label).toArray());
    }
  }

  private static NDList failFirst(EvaluationBatch batch, EvaluationModel model) {
    TaskContext task = TaskContext.get();
    if (task.partitionId() == 1 && task.attemptNumber() == 0 && batch.firstRow() > 80) {
      throw new IllegalStateException("the first attempt fails");
    }
    batch.get("class").setName("labels");
    return new NDList(batch.get("class"));
  }

  @Override
  protected SparkSession session() {
    return session;
  }

  @Override
  protected SparkEvaluationEngine engine() {
    return engine;
  }
}
