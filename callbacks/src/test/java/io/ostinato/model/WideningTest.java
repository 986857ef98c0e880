package io.ostinato.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WideningTest {
  private static final int ALL = 1 << Short.SIZE;

  /** Compares all 65,536 numbers with PyTorch. */
  @Test
  void everyHalfIsTheFloatThatPyTorchMakesOfIt() {
    HostArray halves = all(DataType.FLOAT16);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDArray expected = halves.copyTo(manager).toType(DataType.FLOAT32, false);
      assertThat(floats(Widening.to(DataType.FLOAT32, halves))).isEqualTo(expected.toFloatArray());
      assertThat(doubles(Widening.to(DataType.FLOAT64, halves)))
          .isEqualTo(expected.toType(DataType.FLOAT64, false).toDoubleArray());
    }
  }

  /** These are the upper half of a float's bits. */
  @Test
  void everyBrainFloatKeepsItsBits() {
    HostArray wide = Widening.to(DataType.FLOAT32, all(DataType.BFLOAT16));
    ByteBuffer bits = ByteBuffer.wrap(wide.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ALL; i++) {
      assertThat(bits.getInt()).isEqualTo(i << Short.SIZE);
    }
  }

  private static HostArray all(DataType type) {
    ByteBuffer bits = ByteBuffer.allocate(2 * ALL).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ALL; i++) {
      bits.putShort((short) i);
    }
    return HostArray.of("x", type, new Shape(ALL), bits.array());
  }

  private static float[] floats(HostArray array) {
    float[] numbers = new float[ALL];
    ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  private static double[] doubles(HostArray array) {
    double[] numbers = new double[ALL];
    ByteBuffer.wrap(array.bytes()).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(numbers);
    return numbers;
  }
}
