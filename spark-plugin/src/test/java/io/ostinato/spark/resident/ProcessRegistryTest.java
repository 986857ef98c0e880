package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.resident.ResidentModels.Limits;
import io.ostinato.spark.resident.ResidentModels.Wanted;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessRegistryTest {
  private static final WeightSnapshot WEIGHTS = TestNets.weights(1);
  private final ProcessRegistry registry = new ProcessRegistry();

  @AfterEach
  void close() {
    registry.closeAll();
  }

  @Test
  void aFullDeviceFreesItsBatchesFirst() throws InterruptedException {
    keepABatchAndAModel();
    assertThat(registry.free(TaskDevice.CPU)).isTrue();
    assertThat(registry.batches().sizeBytes(TaskDevice.CPU)).isZero();
    assertThat(registry.models().size()).isEqualTo(1);
    assertThat(registry.free(TaskDevice.CPU)).isTrue();
    assertThat(registry.models().size()).isZero();
    assertThat(registry.free(TaskDevice.CPU)).as("nothing is left").isFalse();
  }

  @Test
  void closingFreesModelsAndBatches() throws InterruptedException {
    keepABatchAndAModel();
    registry.closeAll();
    assertThat(registry.batches().sizeBytes(TaskDevice.CPU)).isZero();
    assertThat(registry.models().size()).isZero();
  }

  @Test
  void aSessionThatLetsMoreTasksComputeGetsMorePermits() {
    assertThat(registry.permits(TaskDevice.CPU, 1).availablePermits()).isEqualTo(1);
    assertThat(registry.permits(TaskDevice.CPU, 2).availablePermits()).isEqualTo(2);
    assertThat(registry.permits(TaskDevice.CPU, 2)).isSameAs(registry.permits(TaskDevice.CPU, 2));
  }

  @Test
  void theNextApplicationOfAProcessHasOtherSlots() {
    Object first = new Object();
    Object next = new Object();
    IdleSlots slots = registry.idleSlots(first);
    assertThat(registry.idleSlots(first)).isSameAs(slots);
    assertThat(registry.idleSlots(next)).isNotSameAs(slots);
  }

  private void keepABatchAndAModel() throws InterruptedException {
    HostArray zeros = HostArray.of("x", DataType.FLOAT32, new Shape(1, 1), new byte[Float.BYTES]);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      registry
          .batches()
          .stage(
              "a",
              new DataBatch(0, 0, 1, List.of(zeros)),
              TaskDevice.CPU,
              manager,
              BatchBudget.of(Float.BYTES))
          .close();
    }
    assertThat(registry.batches().sizeBytes(TaskDevice.CPU)).isEqualTo(Float.BYTES);
    InFlight alone = new InFlight(1, new TreeSet<>(List.of(WEIGHTS.manifest().hash())));
    registry
        .models()
        .lease(
            new ModelId("a", ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES)),
            TaskDevice.CPU,
            new Wanted(WEIGHTS.manifest(), alone, () -> WEIGHTS),
            new Limits(2, 1))
        .close();
  }
}
