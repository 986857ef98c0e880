package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalEvaluationEngineTest extends EvaluationEngineContract {
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
}
