package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;

/**
 * Evaluations in this process: four that have succeeded, with three versions of the weights, one
 * that has failed, and one of which 16 of 40 rows are done, until this is closed.
 */
final class ShownEvaluations implements AutoCloseable {
  static final String MARKUP = "<script>alert(1)</script>";
  static final String HEBREW = "דיוק";
  static final String ARABIC = "الدقة (test)";
  static final int ROWS = 40;
  static final int BATCH = 8;

  private static final AtomicInteger BATCHES = new AtomicInteger();
  private static volatile CountDownLatch third = new CountDownLatch(1);
  private static volatile CountDownLatch end = new CountDownLatch(1);

  private final SparkEvaluationEngine engine;
  private final SparkDataset data;
  private final ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
  private final CompletableFuture<Void> inFlight;

  ShownEvaluations(SparkSession session) throws InterruptedException {
    BATCHES.set(0);
    third = new CountDownLatch(1);
    end = new CountDownLatch(1);
    engine = SparkEvaluationEngine.of(session);
    data = TestSpark.generated(session, ROWS);
    evaluate(MARKUP, 1, ShownEvaluations::forward);
    evaluate(HEBREW, 2, ShownEvaluations::forward);
    evaluate(ARABIC, 2, ShownEvaluations::forward);
    evaluate("accuracy", 3, ShownEvaluations::forward);
    assertThatThrownBy(() -> evaluate("failing", 3, ShownEvaluations::fail))
        .hasMessageContaining("no <b>luck</b>");
    inFlight =
        CompletableFuture.runAsync(() -> evaluate("slow", 4, ShownEvaluations::waitAtTheThird));
    if (!third.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the third batch was never run");
    }
  }

  /** An engine on the session, with evaluations in it. */
  SparkEvaluationEngine engine() {
    return engine;
  }

  /** Evaluates with one of the versions of the weights. */
  void evaluate(String callback, int version, BatchProcessor processor) {
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag(callback, new TrainingIteration(1, version, 3), "test"),
            data,
            BATCH,
            model,
            TestNets.weights(version),
            processor);
    engine.evaluate(request, ProgressDisplay.silent()).close();
  }

  private static NDList forward(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  private static NDList fail(EvaluationBatch batch, EvaluationModel model) {
    throw new IllegalStateException("no <b>luck</b>");
  }

  private static NDList waitAtTheThird(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (BATCHES.incrementAndGet() == 3) {
      third.countDown();
      if (!end.await(300, TimeUnit.SECONDS)) {
        throw new IllegalStateException("it was never ended");
      }
    }
    return forward(batch, model);
  }

  @Override
  public void close() {
    end.countDown();
    try {
      inFlight.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the evaluation in flight didn't end", e);
    } finally {
      engine.close();
    }
  }
}
