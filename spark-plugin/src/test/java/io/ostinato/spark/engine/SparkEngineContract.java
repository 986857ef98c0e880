package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationEngine;
import io.ostinato.evaluation.EvaluationEngineContract;
import io.ostinato.evaluation.EvaluationModel;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.evaluation.TestNets;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.resident.ResidentReport;
import java.util.HashSet;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** What {@link SparkEvaluationEngine} promises besides, on any master. */
abstract class SparkEngineContract extends EvaluationEngineContract {

  protected abstract SparkSession session();

  @Override
  protected abstract SparkEvaluationEngine engine();

  @Override
  protected EvaluationData generated(int... partitions) {
    return TestSpark.generated(session(), partitions);
  }

  @Override
  protected EvaluationData images(float[][] images) {
    return TestSpark.images(session(), images);
  }

  @Test
  void anExecutorBuildsTheArchitectureOnceHoweverManyEvaluationsFollow() {
    SparkDataset data = TestSpark.generated(session(), 40, 40, 40, 40);
    Set<Long> counts = new HashSet<>();
    ModelSource counted = ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session())) {
      int before = TestNets.BUILT.get();
      for (int seed = 1; seed <= 5; seed++) {
        EvaluationRequest request =
            new EvaluationRequest(
                tag(seed), data, 8, counted, TestNets.weights(seed), SparkEngineContract::builds);
        try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
          for (long built : results.get(0).toLongArray()) {
            counts.add(built - before);
          }
        }
      }
      assertThat(counts).as("counted in the executors' processes").containsExactly(1L);
      assertThat(engine.residents())
          .isNotEmpty()
          .allSatisfy(
              report -> {
                assertThat(report.builds()).isEqualTo(1);
                assertThat(report.device()).isEqualTo("cpu()");
              });
      assertThat(engine.residents().stream().mapToLong(ResidentReport::refreshes).max())
          .hasValue(5);
    }
  }

  @Test
  void theLocalEngineReadsTheSameRowsFromTheSameDataset() {
    SparkDataset data = TestSpark.generated(session(), 33, 0, 20);
    BatchProcessor echo = (batch, model) -> new NDList(batch.get("x"), batch.get("class"));
    try (EvaluationEngine local = new LocalEvaluationEngine();
        EvaluationResults here = local.evaluate(request(data, echo), ProgressDisplay.silent());
        EvaluationResults there =
            engine().evaluate(request(data, echo), ProgressDisplay.silent())) {
      assertThat(there.get(0).toByteArray()).isEqualTo(here.get(0).toByteArray());
      assertThat(there.get(1).toByteArray()).isEqualTo(here.get(1).toByteArray());
    }
  }

  private static EvaluationRequest request(SparkDataset data, BatchProcessor processor) {
    return new EvaluationRequest(
        tag(1),
        data,
        7,
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
        TestNets.weights(1),
        processor);
  }

  private static EvaluationTag tag(int update) {
    return new EvaluationTag("builds", new TrainingIteration(0, update, update), "generated");
  }

  private static NDList builds(EvaluationBatch batch, EvaluationModel model) {
    model.forward(batch.get("x"));
    return new NDList(batch.get("x").getManager().create((long) TestNets.BUILT.get()));
  }
}
