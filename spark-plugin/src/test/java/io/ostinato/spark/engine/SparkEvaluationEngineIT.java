package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import io.ostinato.LogLines;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
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
    session = TestSpark.localCluster(Map.of("spark.plugins", OstinatoPlugin.class.getName()));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void anExecutorWhoseDeviceIsLostIsReplaced() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("replaced", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 50, 50, 50),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            SparkEvaluationEngineIT::breakFirst);
    List<String> lines =
        LogLines.of(
            () -> {
              try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
                assertThat(results.get("labels").toLongArray())
                    .isEqualTo(IntStream.range(0, 150).mapToLong(GeneratedRows::label).toArray());
              }
            });
    assertThat(lines)
        .anyMatch(
            line ->
                line.contains(
                    "ends itself: it can't use its device cpu() any more (CUDA error: an illegal"
                        + " memory access was encountered); Spark replaces it"));
  }

  @Test
  void aDeviceThatEveryExecutorLosesIsNamedInTheFailure() {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("lost", new TrainingIteration(0, 1, 1), "generated"),
            TestSpark.generated(session, 5),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> {
              throw new EngineException("CUDA error: device-side assert triggered");
            });
    assertThatThrownBy(() -> engine.evaluate(request, ProgressDisplay.silent()).close())
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("callback 'lost' at E0_U1_S1 on dataset 'generated' failed: ")
        .hasMessageContaining("4 of the executors ended themselves, the last one (")
        .hasMessageContaining(
            ") because it can't use its device cpu() any more (CUDA error: device-side assert");
  }

  private static NDList breakFirst(EvaluationBatch batch, EvaluationModel model) {
    TaskContext task = TaskContext.get();
    if (task.partitionId() == 1 && task.attemptNumber() == 0 && batch.firstRow() > 80) {
      throw new EngineException(DeviceTraps.BROKEN);
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
