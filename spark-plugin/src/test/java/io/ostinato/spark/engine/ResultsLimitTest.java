package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
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
import io.ostinato.spark.plugin.ResultsLimit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where the driver takes no more than 1 KiB of results. */
class ResultsLimitTest {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** How many batches have begun; they run in this process. */
  private static final AtomicInteger BATCHES = new AtomicInteger();

  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of("spark.ostinato.evaluations.resultsLimit", "1k"));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  @Test
  void resultsThatAreTooLargeEndAnEvaluationAtItsFirstBatch() {
    SparkDataset data = TestSpark.generated(session, 200, 200);
    BATCHES.set(0);
    assertThatThrownBy(() -> rows(data, ResultsLimitTest::logits))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "callback 'large' at E1_U2_S3 on dataset 'test': the results of 400 rows take 4800"
                + " bytes, and spark.ostinato.evaluations.resultsLimit is 1024; reduce them on the"
                + " executors by overriding metrics(), or let the executors write them with"
                + " results().toParquet(path)");
    assertThat(BATCHES.get()).as("of 100 batches in two tasks").isBetween(1, 2);
  }

  @Test
  void resultsUpToTheLimitAreCollected() {
    assertThat(rows(TestSpark.generated(session, 40, 45), ResultsLimitTest::logits)).isEqualTo(85);
    assertThatThrownBy(() -> rows(TestSpark.generated(session, 40, 46), ResultsLimitTest::logits))
        .hasMessageContaining("the results of 86 rows take 1032 bytes");
  }

  @Test
  void metricsHaveNoLimit() {
    EvaluationRequest request =
        request(
            TestSpark.generated(session, 200, 200),
            ResultsLimitTest::measured,
            List.of(Metrics.accuracy()));
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      assertThat(results.rows()).isEqualTo(400);
      assertThat(results.metrics()).containsOnlyKeys("accuracy");
    }
  }

  @Test
  void oneOfSeveralThatShareAPassIsFoundToo() {
    SparkDataset data = TestSpark.generated(session, 200, 200);
    EvaluationRequest large = request(data, ResultsLimitTest::logits, List.of());
    EvaluationRequest small =
        new EvaluationRequest(
            new EvaluationTag("small", new TrainingIteration(1, 2, 3), "test"),
            data,
            4,
            CLASSIFIER,
            large.weights(),
            ResultsLimitTest::measured,
            List.of(Metrics.accuracy()));
    assertThatThrownBy(
            () -> engine.evaluateTogether(List.of(small, large), ProgressDisplay.silent()))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "callback 'large' at E1_U2_S3 on dataset 'test': the results of 400 rows take 4800");
  }

  @Test
  void aResultPerBatchIsNotTakenForOnePerRow() {
    SparkDataset data = TestSpark.generated(session, 1, 3, 200);
    assertThat(rows(data, (batch, model) -> new NDList(manyOnes(batch, new Shape()))))
        .isEqualTo(204);
    assertThat(rows(data, ofBatches(2))).isEqualTo(204);
  }

  @Test
  void resultsOfBatchesAreCountedInTheEnd() {
    SparkDataset data = TestSpark.generated(session, 100, 100);
    assertThatThrownBy(() -> rows(data, ofBatches(1, 10)))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the results of 200 rows take 2000 bytes")
        .hasMessageContaining("spark.ostinato.evaluations.resultsLimit is 1024");
  }

  @Test
  void aTaskThatCantReturnItsResultsSaysSoBeforeItEncodesThem() {
    EvaluationRequest request =
        request(TestSpark.generated(session, 4), ResultsLimitTest::logits, List.of());
    EvaluationWork limited = EvaluationWork.of(request, 4, new ResultsLimit("a.limit", 1 << 20));
    assertThatThrownBy(() -> limited.checkTask((1 << 20) + 1))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("the results of one task take 1048577 bytes, and a.limit is 1048576;")
        .hasMessageEndingWith("results().toParquet(path)");
    EvaluationWork unlimited = EvaluationWork.of(request, 4, new ResultsLimit("a", 1L << 40));
    assertThatThrownBy(() -> unlimited.checkTask(3L << 30))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining(
            "the results of one task take 3221225472 bytes, but a task can return at most ")
        .hasMessageContaining("overriding metrics(), or let the executors write them")
        .hasMessageEndingWith("or divide the dataset into more partitions");
    unlimited.checkTask(2_000_000_000);
  }

  private static BatchProcessor ofBatches(long... shape) {
    return BatchProcessor.ofBatches(
        (batch, model) -> new NDList(manyOnes(batch, new Shape(shape))));
  }

  private static NDArray manyOnes(EvaluationBatch batch, Shape shape) {
    return batch.get("x").getManager().ones(shape);
  }

  private static NDList logits(EvaluationBatch batch, EvaluationModel model) {
    BATCHES.incrementAndGet();
    return new NDList(model.forward(batch.get("x")));
  }

  private static NDList measured(EvaluationBatch batch, EvaluationModel model) {
    NDArray outputs = model.forward(batch.get("x"));
    outputs.setName(MetricBatch.OUTPUTS);
    NDArray targets = batch.get("class");
    targets.setName(MetricBatch.TARGETS);
    return new NDList(outputs, targets);
  }

  private static long rows(SparkDataset data, BatchProcessor processor) {
    try (EvaluationResults results =
        engine.evaluate(request(data, processor, List.of()), ProgressDisplay.silent())) {
      return results.rows();
    }
  }

  private static EvaluationRequest request(
      SparkDataset data, BatchProcessor processor, List<Metric<?>> metrics) {
    return new EvaluationRequest(
        new EvaluationTag("large", new TrainingIteration(1, 2, 3), "test"),
        data,
        4,
        CLASSIFIER,
        TestNets.weights(1),
        processor,
        metrics);
  }
}
