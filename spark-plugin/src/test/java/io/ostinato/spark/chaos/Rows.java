package io.ostinato.spark.chaos;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.GeneratedRows;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.model.TorchModules;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * A dataset on the executors, and the same one on the driver.
 *
 * @param rows its number of rows
 * @param batchSize it is evaluated with
 */
record Rows(SparkDataset there, EvaluationData here, int rows, int batchSize) {
  private static final int MOST_ROWS = 90;
  private static final int MANY = 24;

  /** {@link GeneratedRows} in few or many partitions, some of them empty. */
  static Rows random(SparkSession session, Random random) {
    int partitions = 2 + random.nextInt(random.nextInt(3) == 0 ? MANY : 6);
    int[] sizes =
        IntStream.range(0, partitions)
            .map(i -> random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(MOST_ROWS))
            .toArray();
    sizes[random.nextInt(partitions)]++; // at least one row
    return new Rows(
        TestSpark.generated(session, sizes),
        GeneratedRows.inMemory(sizes),
        IntStream.of(sizes).sum(),
        1 + random.nextInt(48));
  }

  /** The rows of {@link TorchModules#probe}, in batches of four. */
  static Rows probes(SparkSession session) {
    int copies = 4;
    int partitions = 8;
    float[] probe = TorchModules.probe();
    ByteBuffer x = ByteBuffer.allocate(copies * probe.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int copy = 0; copy < copies; copy++) {
      for (float value : probe) {
        x.putFloat(value);
      }
    }
    int rows = copies * TorchModules.ROWS;
    int[] sizes = new int[partitions];
    Arrays.fill(sizes, rows / partitions);
    return new Rows(
        TestSpark.probes(session, copies, partitions),
        InMemoryData.of(HostArray.of("x", DataType.FLOAT32, new Shape(rows, 4), x.array()))
            .partitioned(sizes),
        rows,
        4);
  }
}
