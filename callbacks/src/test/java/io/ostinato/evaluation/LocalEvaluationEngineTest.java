package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import io.ostinato.libraries.EngineTurn;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalEvaluationEngineTest extends EvaluationEngineContract {
  private static final CountDownLatch LET_GO = new CountDownLatch(1);
  private static final CountDownLatch LET_GONE = new CountDownLatch(1);
  private static volatile Thread caller = Thread.currentThread();
  private static volatile BooleanSupplier reported = () -> true;

  private final LocalEvaluationEngine engine = new LocalEvaluationEngine();

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void dataThatChangesBetweenReadsIsAnError() {
    Changing data = new Changing(GeneratedRows.inMemory(7, 3));
    evaluate(data, 4, DataSelection.everything()).close();
    evaluate(data, 3, DataSelection.everything().withMaxRows(8)).close();
    data.now = GeneratedRows.inMemory(6, 4);
    assertThatThrownBy(() -> evaluate(data, 4, DataSelection.everything()))
        .isInstanceOf(DataChangedException.class)
        .hasMessageContaining("at E1_U2_S3 on dataset 'test': the data has changed since it was")
        .hasMessageContaining("partition 0 had 7 rows, and 6 now");
    data.now = GeneratedRows.inMemory(8).partitioned(7, 1);
    assertThatThrownBy(() -> evaluate(data, 5, DataSelection.everything()))
        .hasMessageContaining("partition 1 had 3 rows, and 1 now");
    evaluate(data, 5, DataSelection.everything().withMaxRows(8)).close();
    data.now = GeneratedRows.inMemory(7, 3);
    evaluate(data, 2, DataSelection.everything()).close();
  }

  private EvaluationResults evaluate(EvaluationData data, int batchSize, DataSelection selection) {
    return engine.evaluate(
        new EvaluationRequest(
            new EvaluationTag("changing", new TrainingIteration(1, 2, 3), "test"),
            data,
            batchSize,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> new NDList(batch.get("class")),
            List.of(),
            ResultsTarget.collected(),
            selection),
        ProgressDisplay.silent());
  }

  /** A dataset whose rows can be replaced. */
  private static final class Changing implements EvaluationData {
    private InMemoryData now;

    Changing(InMemoryData now) {
      this.now = now;
    }

    @Override
    public Stream<DataBatch> batches(int batchSize) {
      return now.batches(batchSize);
    }

    @Override
    public long rows() {
      return now.rows();
    }
  }

  @Override
  protected EvaluationEngine engine() {
    return engine;
  }

  @Override
  protected EvaluationData generated(int... partitions) {
    return GeneratedRows.inMemory(partitions);
  }

  @Override
  protected EvaluationData images(float[][] images) {
    ByteBuffer bytes = ByteBuffer.allocate(images.length * 100).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] image : images) {
      for (float pixel : image) {
        bytes.putFloat(pixel);
      }
    }
    Shape shape = new Shape(images.length, 1, 5, 5);
    return InMemoryData.of(HostArray.of("x", DataType.FLOAT32, shape, bytes.array()));
  }

  @Test
  void aThreadThatIgnoresItsInterruptionIsAbandonedWithItsModel() throws Exception {
    EvaluationData data = generated(40);
    ModelSource counted = ModelSource.ofBlock(TestNets::counted, TestNets.FEATURES);
    EvaluationTag tag = new EvaluationTag("stuck", TrainingIteration.START, "generated");
    EvaluationRequest good =
        new EvaluationRequest(
            tag, data, 8, counted, TestNets.weights(1), LocalEvaluationEngineTest::predict);
    EvaluationRequest stuck =
        new EvaluationRequest(
                tag, data, 8, counted, TestNets.weights(1), LocalEvaluationEngineTest::spin)
            .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofMillis(1500)));
    String before = numbers(good);
    int built = TestNets.BUILT.get();
    List<String> lines =
        LogLines.of(
            () ->
                assertThatThrownBy(() -> numbers(stuck))
                    .isInstanceOf(DeadlineExceededException.class)
                    .hasMessageContaining("0 of 40 rows were done"));
    assertThat(lines)
        .filteredOn(line -> !line.contains("loses its turn"))
        .singleElement()
        .asString()
        .contains("callback 'stuck' at E0_U0_S0 on dataset 'generated'")
        .contains("it and its model are abandoned")
        .contains("LocalEvaluationEngineTest.spin");
    assertThat(numbers(good)).isEqualTo(before);
    assertThat(TestNets.BUILT.get() - built).as("another model").isEqualTo(1);
    CompletableFuture.runAsync(() -> EngineTurn.toTrain().close()).get(1, TimeUnit.MINUTES);
    LET_GO.countDown();
    assertThat(LET_GONE.await(60, TimeUnit.SECONDS)).as("it goes on, for itself").isTrue();
  }

  @Test
  void anInterruptedCallerDoesntWaitForItsEvaluation() {
    EvaluationRequest waiting =
        new EvaluationRequest(
                new EvaluationTag("waiting", TrainingIteration.START, "generated"),
                generated(8),
                8,
                ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
                TestNets.weights(1),
                LocalEvaluationEngineTest::interruptCaller)
            .withPolicy(EvaluationPolicy.exact().deadline(Duration.ofHours(1)));
    caller = Thread.currentThread();
    assertThatThrownBy(() -> numbers(waiting))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("it was interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aSilentEvaluationIsReported() {
    EvaluationRequest silent =
        new EvaluationRequest(
            new EvaluationTag("silent", TrainingIteration.START, "generated"),
            generated(24),
            8,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            LocalEvaluationEngineTest::waitForReport);
    try (LocalEvaluationEngine impatient = new LocalEvaluationEngine(Duration.ofMillis(50))) {
      List<String> lines =
          LogLines.whileRunning(
              seen -> {
                reported = () -> seen.get().contains("callback 'silent'");
                impatient.evaluate(silent, ProgressDisplay.silent()).close();
              });
      assertThat(lines.get(0))
          .contains("callback 'silent' at E0_U0_S0 on dataset 'generated': no progress for ")
          .contains("; 16 of 24 rows were done");
    }
  }

  private String numbers(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return Arrays.toString(results.get(0).toFloatArray());
    }
  }

  private static NDList predict(EvaluationBatch batch, EvaluationModel model) {
    return new NDList(model.forward(batch.get("x")));
  }

  private static NDList spin(EvaluationBatch batch, EvaluationModel model) {
    if (batch.firstRow() == 0) {
      while (LET_GO.getCount() > 0) {
        Thread.onSpinWait();
      }
      LET_GONE.countDown();
    }
    return predict(batch, model);
  }

  private static NDList interruptCaller(EvaluationBatch batch, EvaluationModel model)
      throws InterruptedException {
    caller.interrupt();
    new CountDownLatch(1).await();
    return predict(batch, model);
  }

  private static NDList waitForReport(EvaluationBatch batch, EvaluationModel model) {
    while (batch.firstRow() == 16 && !reported.getAsBoolean()) {
      Thread.onSpinWait();
    }
    return predict(batch, model);
  }
}
