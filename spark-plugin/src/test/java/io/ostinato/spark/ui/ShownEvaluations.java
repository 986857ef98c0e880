package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
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
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.SparkSession;

/**
 * Evaluations in this process: four that have succeeded, with three versions of the weights, one
 * that has failed, and one of which 16 of 40 rows are done until this is closed.
 */
final class ShownEvaluations implements AutoCloseable {
  static final String MARKUP = "<script>alert(1)</script>";
  static final String HEBREW = "דיוק";
  static final String ARABIC = "الدقة (test)";
  static final int ROWS = 40;
  static final int BATCH = 8;
  static final int DONE = 2 * BATCH;

  private static final int PASSES = 6;

  private static final AtomicInteger BATCHES = new AtomicInteger();
  private static volatile CountDownLatch end = new CountDownLatch(1);

  private final SparkEvaluationEngine engine;
  private final SparkDataset data;
  private final ModelSource model = ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);
  private final CompletableFuture<Void> inFlight;

  ShownEvaluations(SparkSession session) {
    begin();
    engine = SparkEvaluationEngine.of(session);
    data = TestSpark.generated(session, ROWS);
    evaluate(MARKUP, 1, ShownEvaluations::forward);
    evaluate(HEBREW, 2, ShownEvaluations::forward);
    evaluate(ARABIC, 2, ShownEvaluations::forward);
    evaluate("accuracy", 3, ShownEvaluations::forward);
    assertThatThrownBy(() -> evaluate("failing", 3, ShownEvaluations::fail))
        .hasMessageContaining("no <b>luck</b>");
    inFlight =
        CompletableFuture.runAsync(
            () -> evaluate("slow", 4, ShownEvaluations::waitAfterTwoBatches));
    EvaluationBoard board = ProcessRegistry.ofThisProcess().board(session.sparkContext());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!isShown(board)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("it was never shown: " + board.json());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void begin() {
    BATCHES.set(0);
    end = new CountDownLatch(1);
  }

  /** Whether all jobs are known, and all rows are done that are run before {@link #close}. */
  private static boolean isShown(EvaluationBoard board) {
    JsonObject json = JsonParser.parseString(board.json()).getAsJsonObject();
    JsonArray all = json.getAsJsonArray("ended").deepCopy();
    all.addAll(json.getAsJsonArray("inFlight"));
    return all.size() == PASSES
        && StreamSupport.stream(all.spliterator(), false)
            .allMatch(pass -> !pass.getAsJsonObject().getAsJsonArray("jobs").isEmpty())
        && all.get(PASSES - 1).getAsJsonObject().get("done").getAsInt() == DONE;
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

  private static NDList waitAfterTwoBatches(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    if (BATCHES.incrementAndGet() > DONE / BATCH) {
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
