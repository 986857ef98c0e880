package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On the threads of this process. */
class SparkEvaluationEngineTest extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of("spark.plugins", OstinatoPlugin.class.getName()));
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

  private static NDList forward(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  private static EvaluationRequest request(
      SparkDataset data, ModelSource model, WeightSnapshot weights, BatchProcessor processor) {
    EvaluationTag tag = new EvaluationTag("shared", new TrainingIteration(1, 1, 1), "generated");
    return new EvaluationRequest(tag, data, 8, model, weights, processor);
  }
}
