package io.ostinato.evaluation;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Rows that are computed from their index: column x float32 (8), column class int64 (). */
public final class GeneratedRows {
  public static final int FEATURES = 8;

  /** 10,007 rows in 7 uneven partitions, one of them empty. */
  private static final int[] UNEVEN = {1200, 3001, 1, 0, 4096, 700, 1009};

  private GeneratedRows() {}

  public static int[] unevenPartitions() {
    return UNEVEN.clone();
  }

  /** Random sizes of up to 5 partitions that sum to {@code rows}. */
  public static int[] randomPartitions(int rows, Random random) {
    int[] cuts = random.ints(random.nextInt(5), 0, rows + 1).sorted().toArray();
    int[] sizes = new int[cuts.length + 1];
    for (int i = 0; i < sizes.length; i++) {
      int from = i == 0 ? 0 : cuts[i - 1];
      int to = i == cuts.length ? rows : cuts[i];
      sizes[i] = to - from;
    }
    return sizes;
  }

  /** The features of one row. */
  public static float[] x(long row) {
    Random random = new Random(row * 0x9E3779B97F4A7C15L);
    float[] x = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** The class of one row. */
  public static long label(long row) {
    return Math.floorMod(row * 7 + row / 3, 3);
  }

  /** The rows in partitions of these sizes, in this process. */
  public static InMemoryData inMemory(int... partitions) {
    int rows = Arrays.stream(partitions).sum();
    ByteBuffer x = ByteBuffer.allocate(rows * FEATURES * 4).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer labels = ByteBuffer.allocate(rows * 8).order(ByteOrder.LITTLE_ENDIAN);
    IntStream.range(0, rows)
        .forEach(
            row -> {
              for (float value : x(row)) {
                x.putFloat(value);
              }
              labels.putLong(label(row));
            });
    return InMemoryData.of(
            HostArray.of("x", DataType.FLOAT32, new Shape(rows, FEATURES), x.array()),
            HostArray.of("class", DataType.INT64, new Shape(rows), labels.array()))
        .partitioned(partitions);
  }
}
