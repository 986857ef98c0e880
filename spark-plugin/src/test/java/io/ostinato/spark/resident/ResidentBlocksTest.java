package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBlock;
import io.ostinato.evaluation.StagedBlock;
import io.ostinato.weights.HostArray;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentBlocksTest {
  private static final int ROWS = 4;
  private static final int BLOCK_BYTES = ROWS * Float.BYTES;

  /** Room for one dataset of three blocks, and a block more. */
  private static final long LIMIT = 4 * BLOCK_BYTES;

  private final ResidentBlocks blocks = new ResidentBlocks();
  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    blocks.closeAll();
    manager.close();
  }

  @Test
  void whatIsNotReadAnyMoreGivesWay() {
    read("old", 3);
    read("new", 3);
    assertThat(kept("old")).isEqualTo(3);
    assertThat(kept("new")).isEqualTo(1);

    read("new", 3);

    assertThat(kept("old")).isZero();
    assertThat(kept("new")).isEqualTo(3);
    assertThat(blocks.sizeBytes(TaskDevice.CPU)).isEqualTo(3 * BLOCK_BYTES);
  }

  @Test
  void ofDatasetsThatAreReadInTurnTheFirstStays() {
    for (int epoch = 0; epoch < 5; epoch++) {
      read("first", 3);
      read("second", 3);
      assertThat(kept("first")).isEqualTo(3);
      assertThat(kept("second")).isEqualTo(1);
    }
  }

  @Test
  void aDatasetLargerThanTheDeviceKeepsWhatFits() {
    for (int epoch = 0; epoch < 3; epoch++) {
      read("large", 9);
      assertThat(kept("large")).isEqualTo(4);
      assertThat(blocks.sizeBytes(TaskDevice.CPU)).isEqualTo(LIMIT);
    }
  }

  @Test
  void withoutRoomForASingleBlockNothingGivesWay() {
    read("old", 3);
    for (int epoch = 0; epoch < 3; epoch++) {
      stage("wide", new DataBlock(0, 0, 1, List.of(floats(1, 100)))).close();
    }
    assertThat(kept("old")).isEqualTo(3);
    assertThat(kept("wide")).isZero();
  }

  @Test
  void aClosedDatasetFreesItsBytes() {
    read("a", 2);
    read("b", 1);
    blocks.close("a");
    assertThat(blocks.sizeBytes(TaskDevice.CPU)).isEqualTo(BLOCK_BYTES);
    assertThat(kept("b")).isEqualTo(1);
  }

  private void read(String dataset, int count) {
    for (int i = 0; i < count; i++) {
      stage(dataset, block(i)).close();
      assertThat(blocks.sizeBytes(TaskDevice.CPU)).isLessThanOrEqualTo(LIMIT);
    }
  }

  private StagedBlock stage(String dataset, DataBlock block) {
    return blocks.stage(dataset, block, TaskDevice.CPU, manager, LIMIT);
  }

  private int kept(String dataset) {
    return blocks.count(dataset, TaskDevice.CPU);
  }

  private static DataBlock block(int index) {
    return new DataBlock(0, (long) index * ROWS, ROWS, List.of(floats(ROWS, 1)));
  }

  private static HostArray floats(int rows, int width) {
    byte[] zeros = new byte[rows * width * Float.BYTES];
    return HostArray.of("x", DataType.FLOAT32, new Shape(rows, width), zeros);
  }
}
