package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.evaluation.TestNets;
import io.ostinato.spark.resident.ResidentModels.Lease;
import io.ostinato.weights.WeightSnapshot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentModelsTest {
  private static final WeightSnapshot FIRST = TestNets.weights(1);
  private static final WeightSnapshot SECOND = TestNets.weights(2);
  private final ResidentModels models = new ResidentModels();
  private final ExecutorService tasks = Executors.newCachedThreadPool();
  private final AtomicInteger fetched = new AtomicInteger();

  @AfterEach
  void close() {
    tasks.shutdownNow();
    models.closeAll();
  }

  @Test
  void tasksAtTheSameWeightsShareOneModel() throws Exception {
    try (Lease one = lease(model("a"), FIRST, 2)) {
      Future<Boolean> same =
          tasks.submit(
              () -> {
                try (Lease two = lease(model("a"), FIRST, 2)) {
                  return two.model() == one.model() && two.builds() == 1;
                }
              });
      assertThat(same.get(1, TimeUnit.MINUTES)).isTrue();
    }
    assertThat(fetched).hasValue(1);
  }

  @Test
  void aRefreshWaitsUntilNobodyRunsTheModel() throws Exception {
    AtomicBoolean released = new AtomicBoolean();
    Lease first = lease(model("a"), FIRST, 2);
    CountDownLatch started = new CountDownLatch(1);
    Future<Boolean> second =
        tasks.submit(
            () -> {
              started.countDown();
              try (Lease lease = lease(model("a"), SECOND, 2)) {
                return released.get() && lease.builds() == 1 && lease.refreshes() == 2;
              }
            });
    started.await();
    released.set(true);
    first.close();
    assertThat(second.get(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void theModelUsedLongestAgoGoesFirst() throws Exception {
    lease(model("a"), FIRST, 2).close();
    lease(model("b"), FIRST, 2).close();
    lease(model("a"), FIRST, 2).close();
    lease(model("c"), FIRST, 2).close();
    assertThat(models.size()).isEqualTo(2);
    try (Lease kept = lease(model("a"), FIRST, 2)) {
      assertThat(kept.refreshes()).isEqualTo(1);
    }
    fetched.set(0);
    lease(model("b"), FIRST, 2).close();
    assertThat(fetched).as("b was closed, so it is loaded again").hasValue(1);
  }

  @Test
  void aModelInUseIsNeverClosedToMakeRoom() throws Exception {
    try (Lease used = lease(model("a"), FIRST, 1)) {
      lease(model("b"), FIRST, 1).close();
      lease(model("c"), FIRST, 1).close();
      assertThat(used.model().model()).isNotNull();
      try (Lease again = lease(model("a"), FIRST, 1)) {
        assertThat(again.model()).isSameAs(used.model());
      }
    }
  }

  @Test
  void weightsThatCantBeFetchedLeaveTheModelUsable() throws Exception {
    lease(model("a"), FIRST, 2).close();
    assertThatThrownBy(
            () ->
                models.lease(
                    model("a"),
                    Device.cpu(),
                    SECOND.manifest(),
                    () -> {
                      throw new IllegalStateException("lost");
                    },
                    2))
        .hasMessage("lost");
    try (Lease lease = lease(model("a"), SECOND, 2)) {
      assertThat(lease.builds()).isEqualTo(1);
    }
  }

  @Test
  void gpuAddressesAreIndices() {
    assertThat(Devices.ofAddress("3")).isEqualTo(Device.gpu(3));
    assertThatThrownBy(() -> Devices.ofAddress("GPU-5f2c"))
        .hasMessageContaining("the GPU address 'GPU-5f2c' is no index");
  }

  private Lease lease(ModelId id, WeightSnapshot weights, int keep) throws InterruptedException {
    return models.lease(
        id,
        Device.cpu(),
        weights.manifest(),
        () -> {
          fetched.incrementAndGet();
          return weights;
        },
        keep);
  }

  private static ModelId model(String id) {
    return new ModelId(id, ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES));
  }
}
