package io.ostinato.evaluation;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;

class LocalEvaluationEngineTest extends EvaluationEngineContract {
  private final LocalEvaluationEngine engine = new LocalEvaluationEngine();

  @AfterEach
  void close() {
    engine.close();
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
