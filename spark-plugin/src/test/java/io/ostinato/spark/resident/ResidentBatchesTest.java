package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.BatchParts;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.MemoryRelief;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentBatchesTest {
  private static final int ROWS = 4;
  private static final int BATCH_BYTES = ROWS * Float.BYTES;

  /** Room for one dataset of three batches, and a batch more. */
  private static final long LIMIT = 4 * BATCH_BYTES;

  private final ResidentBatches batches = new ResidentBatches();
  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    batches.closeAll();
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
    assertThat(batches.sizeBytes(TaskDevice.CPU)).isEqualTo(3 * BATCH_BYTES);
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
      assertThat(batches.sizeBytes(TaskDevice.CPU)).isEqualTo(LIMIT);
    }
  }

  @Test
  void withoutRoomForASingleBatchNothingGivesWay() {
    read("old", 3);
    for (int epoch = 0; epoch < 3; epoch++) {
      stage("wide", new DataBatch(0, 0, 1, List.of(floats(1, 100)))).close();
    }
    assertThat(kept("old")).isEqualTo(3);
    assertThat(kept("wide")).isZero();
  }

  @Test
  void aClosedDatasetFreesItsBytes() {
    read("a", 2);
    read("b", 1);
    batches.close("a");
    assertThat(batches.sizeBytes(TaskDevice.CPU)).isEqualTo(BATCH_BYTES);
    assertThat(kept("b")).isEqualTo(1);
  }

  @Test
  void contentThatHasChangedAtItsPlaceIsCopiedAgain() {
    for (int i = 0; i < 6; i++) {
      float value = i / 2;
      int rows = i < 4 ? ROWS : ROWS - 1;
      try (StagedBatch staged = stage("a", filled(rows, value))) {
        assertThat(content(staged)).containsOnly(value).hasSize(rows);
      }
      assertThat(kept("a")).isEqualTo(1);
      assertThat(batches.sizeBytes(TaskDevice.CPU)).isEqualTo(rows * Float.BYTES);
    }
  }

  @Test
  void twoUsersOfABatchAtATimeDontSeeEachOthersChanges() {
    stage("a", filled(ROWS, 1)).close();
    try (StagedBatch one = stage("a", filled(ROWS, 1));
        StagedBatch other = stage("a", filled(ROWS, 1))) {
      assertThat(doubled(one)).containsOnly(2).hasSize(ROWS);
      assertThat(content(other)).containsOnly(1).hasSize(ROWS);
    }
  }

  @Test
  void laterUsersDontSeeChangesOfAnyBatch() {
    for (int read = 0; read < 4; read++) {
      for (int i = 0; i < 3; i++) {
        try (StagedBatch staged = stage("a", filled(i, ROWS, i + 1))) {
          assertThat(doubled(staged)).as("batch %s", i).containsOnly(2 * (i + 1)).hasSize(ROWS);
        }
      }
    }
    assertThat(kept("a")).isZero();
    assertThat(batches.sizeBytes(TaskDevice.CPU)).isZero();
  }

  @Test
  void whatCannotBeLentDoesntStay() {
    HostArray halves = HostArray.of("x", DataType.BFLOAT16, new Shape(ROWS, 1), new byte[2 * ROWS]);
    for (int read = 0; read < 2; read++) {
      stage("a", new DataBatch(0, 0, ROWS, List.of(halves))).close();
    }
    assertThat(kept("a")).isZero();
  }

  @Test
  void aBatchInUseIsFreedOnlyAfterwards() {
    stage("a", filled(ROWS, 1)).close();
    try (StagedBatch staged = stage("a", filled(ROWS, 1))) {
      assertThat(batches.free(TaskDevice.CPU)).isTrue();
      assertThat(batches.sizeBytes(TaskDevice.CPU)).isZero();
      assertThat(content(staged)).containsOnly(1).hasSize(ROWS);
    }
    assertThat(kept("a")).isZero();
  }

  @Test
  void aShareOfTheHostsMemoryIsTakenFromTheSecondRead() {
    OptionalLong[] left = {OptionalLong.of(8 * BATCH_BYTES)};
    HostBudget quarter = new HostBudget(Long.MAX_VALUE, 0.25, () -> left[0]);
    for (int i = 0; i < 3; i++) {
      batches.stage("a", batch(i), TaskDevice.CPU, manager, quarter).close();
    }
    assertThat(kept("a")).as("read once").isZero();
    for (int i = 0; i < 3; i++) {
      batches.stage("a", batch(i), TaskDevice.CPU, manager, quarter).close();
      left[0] = OptionalLong.of(left[0].getAsLong() - BATCH_BYTES);
    }
    assertThat(kept("a")).as("a quarter of eight").isEqualTo(2);
    left[0] = OptionalLong.empty();
    for (int i = 0; i < 3; i++) {
      batches.stage("b", batch(0), TaskDevice.CPU, manager, quarter).close();
    }
    assertThat(kept("b")).as("unknown memory").isZero();
  }

  @Test
  void aShareOfTheHostsMemoryHasALimit() {
    HostBudget most = new HostBudget(100, 0.5, () -> OptionalLong.of(1000));
    assertThat(most.limitBytes(0)).isEqualTo(100);
    assertThat(new HostBudget(100, 0.05, most.available()).limitBytes(1000)).isEqualTo(100);
    assertThat(new HostBudget(100, 0.05, most.available()).limitBytes(0)).isEqualTo(50);
  }

  /** What processors see. */
  private float[] content(StagedBatch staged) {
    return processed(staged, (batch, model) -> new NDList(batch.get("x")));
  }

  /** What a processor sees that changes its batch in place. */
  private float[] doubled(StagedBatch staged) {
    return processed(staged, (batch, model) -> new NDList(batch.get("x").muli(2)));
  }

  private float[] processed(StagedBatch staged, BatchProcessor processor) {
    BatchRunner runner =
        new BatchRunner(
            new EvaluationTag("a", new TrainingIteration(0, 1, 1), "a"),
            processor,
            List.of(),
            BadRows.fail());
    try (LoadedModel model =
        ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES).build(Device.cpu())) {
      new BatchParts(List.of(runner), MemoryRelief.NONE).run(staged, model, TestNets.weights(1));
      try (NDManager scope = manager.newSubManager()) {
        return runner.outputs().get(0).arrays().get(0).copyTo(scope).toFloatArray();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DataBatch filled(int rows, float value) {
    return filled(0, rows, value);
  }

  private static DataBatch filled(int index, int rows, float value) {
    ByteBuffer bytes = ByteBuffer.allocate(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    IntStream.range(0, rows).forEach(row -> bytes.putFloat(value));
    HostArray x = HostArray.of("x", DataType.FLOAT32, new Shape(rows, 1), bytes.array());
    return new DataBatch(0, (long) index * ROWS, rows, List.of(x));
  }

  @Test
  void aFullDeviceIsFreedOfAllBatches() {
    read("a", 2);
    read("b", 1);
    assertThat(batches.free(TaskDevice.CPU)).isTrue();
    assertThat(batches.sizeBytes(TaskDevice.CPU)).isZero();
    assertThat(batches.free(TaskDevice.CPU)).isFalse();
    read("a", 2);
    assertThat(kept("a")).isEqualTo(2);
  }

  @Test
  void aBatchWithRowsThatCouldNotBeReadDoesntStay() {
    SkippedRow bad = new SkippedRow(0, 1, "null");
    try (StagedBatch staged =
        stage("a", new DataBatch(0, 0, ROWS, List.of(floats(ROWS, 1)), List.of(bad)))) {
      assertThat(staged.data().skipped()).containsExactly(bad);
    }
    assertThat(kept("a")).isZero();
  }

  private void read(String dataset, int count) {
    for (int i = 0; i < count; i++) {
      stage(dataset, batch(i)).close();
      assertThat(batches.sizeBytes(TaskDevice.CPU)).isLessThanOrEqualTo(LIMIT);
    }
  }

  private StagedBatch stage(String dataset, DataBatch batch) {
    return batches.stage(dataset, batch, TaskDevice.CPU, manager, BatchBudget.of(LIMIT));
  }

  private int kept(String dataset) {
    return batches.count(dataset, TaskDevice.CPU);
  }

  private static DataBatch batch(int index) {
    return new DataBatch(0, (long) index * ROWS, ROWS, List.of(floats(ROWS, 1)));
  }

  private static HostArray floats(int rows, int width) {
    byte[] zeros = new byte[rows * width * Float.BYTES];
    return HostArray.of("x", DataType.FLOAT32, new Shape(rows, width), zeros);
  }
}
