package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.TestNets;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.DeviceTraps;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.resident.ResidentModels.Lease;
import io.ostinato.spark.resident.ResidentModels.Limits;
import io.ostinato.spark.resident.ResidentModels.Wanted;
import io.ostinato.spark.status.EvaluationCounters;
import io.ostinato.weights.WeightSnapshot;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentModelsTest {
  private static final WeightSnapshot FIRST = TestNets.weights(1);
  private static final WeightSnapshot SECOND = TestNets.weights(2);
  private final ResidentModels models =
      new ResidentModels(new ResidentBatches(), new DeviceChanges(new EvaluationCounters()));
  private final ExecutorService tasks = Executors.newCachedThreadPool();
  private final AtomicInteger fetched = new AtomicInteger();
  private long evaluations;

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
    Lease first = lease(model("a"), FIRST, 2);
    AtomicReference<Thread> waiting = new AtomicReference<>();
    Future<Long> second =
        tasks.submit(
            () -> {
              waiting.set(Thread.currentThread());
              try (Lease lease = lease(model("a"), SECOND, 2)) {
                return lease.builds() * 10 + lease.refreshes();
              }
            });
    await(() -> waiting.get() != null && waiting.get().getState() == Thread.State.WAITING);
    assertThat(second).isNotDone();
    assertThat(fetched).as("the weights that are in use stay").hasValue(1);
    first.close();
    assertThat(second.get(1, TimeUnit.MINUTES)).as("built once, refreshed twice").isEqualTo(12);
  }

  @Test
  void twoEvaluationsInFlightHaveAVersionEach() throws Exception {
    for (int task = 0; task < 5; task++) {
      lease(model("a"), FIRST, 2, 2, FIRST, SECOND).close();
      lease(model("a"), SECOND, 2, 2, FIRST, SECOND).close();
    }
    assertThat(fetched).as("each version is loaded once, however tasks alternate").hasValue(2);
    try (Lease lease = lease(model("a"), SECOND, 2, 2, SECOND)) {
      assertThat(lease.builds()).isEqualTo(2);
    }
    assertThat(models.size()).as("versions of one model").isEqualTo(1);
  }

  @Test
  void tasksThatDontKnowOfALaterEvaluationLeaveItsVersionAlone() throws Exception {
    InFlight early = inFlight(1, FIRST);
    InFlight late = inFlight(2, FIRST, SECOND);
    for (int task = 0; task < 5; task++) {
      lease(model("a"), SECOND, 2, 2, late).close();
      lease(model("a"), FIRST, 2, 2, early).close();
    }
    assertThat(fetched).as("whichever begins on this executor first").hasValue(2);
    lease(model("a"), TestNets.weights(3), 2, 2, inFlight(3, SECOND)).close();
    fetched.set(0);
    lease(model("a"), SECOND, 2, 2, late).close();
    assertThat(fetched).as("the first version was over, and gave way").hasValue(0);
  }

  @Test
  void copiesOfTwoEvaluationsInFlightAreLoadedOnceEach() throws Exception {
    InFlight both = inFlight(1, FIRST, SECOND);
    for (int task = 0; task < 5; task++) {
      models.leaseAlone(model("a"), TaskDevice.CPU, wanted(FIRST, both), new Limits(2, 2)).close();
      models.leaseAlone(model("a"), TaskDevice.CPU, wanted(SECOND, both), new Limits(2, 2)).close();
    }
    assertThat(fetched).hasValue(2);
    WeightSnapshot third = TestNets.weights(3);
    InFlight all = inFlight(2, FIRST, SECOND, third);
    try (Lease one =
            models.leaseAlone(model("a"), TaskDevice.CPU, wanted(third, all), new Limits(2, 2));
        Lease other =
            models.leaseAlone(model("a"), TaskDevice.CPU, wanted(third, all), new Limits(2, 2))) {
      assertThat(one.model()).isNotSameAs(other.model());
      assertThat(other.builds()).as("two for each task at a time").isLessThanOrEqualTo(4);
    }
  }

  @Test
  void aVersionThatNobodyNeedsAnyMoreIsRefreshedInsteadOfAddingOne() throws Exception {
    lease(model("a"), FIRST, 2, 2, FIRST).close();
    try (Lease lease = lease(model("a"), SECOND, 2, 2, SECOND)) {
      assertThat(lease.builds()).isEqualTo(1);
      assertThat(lease.refreshes()).isEqualTo(2);
    }
  }

  @Test
  void moreEvaluationsThanVersionsTakeTurns() throws Exception {
    WeightSnapshot third = TestNets.weights(3);
    Lease first = lease(model("a"), FIRST, 2, 2, FIRST, SECOND, third);
    lease(model("a"), SECOND, 2, 2, FIRST, SECOND, third).close();
    try (Lease lease = lease(model("a"), third, 2, 2, FIRST, SECOND, third)) {
      assertThat(lease.builds()).as("a third version is not made").isEqualTo(2);
      assertThat(lease.model()).isNotSameAs(first.model());
    }
    first.close();
  }

  @Test
  void closingAModelInUseLeavesItToItsLastUser() throws Exception {
    Lease used = lease(model("a"), FIRST, 2);
    models.close(model("a"));
    assertThat(models.size()).isZero();
    assertThat(used.model().manager().isOpen()).as("still in use").isTrue();
    used.close();
    assertThat(used.model().manager().isOpen()).isFalse();
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
  void aModelThatWasEvictedOrHasExclusiveCopiesIsCountedOn() throws Exception {
    long bytes = FIRST.sizeBytes();
    for (int evictions = 0; evictions < 3; evictions++) {
      try (Lease lease = lease(model("a"), FIRST, 1)) {
        assertThat(lease.builds()).isEqualTo(1 + evictions);
        assertThat(lease.refreshes()).isEqualTo(1 + evictions);
        assertThat(lease.use().refreshBytes()).isEqualTo((1 + evictions) * bytes);
      }
      lease(model("b"), FIRST, 1).close();
    }
    Wanted wanted = wanted(FIRST, InFlight.NONE);
    try (Lease alone = models.leaseAlone(model("a"), TaskDevice.CPU, wanted, new Limits(1, 1))) {
      assertThat(alone.refreshes()).isEqualTo(4);
    }
    models.close(model("a"));
    try (Lease lease = lease(model("a"), FIRST, 1)) {
      assertThat(lease.builds()).as("a closed model is forgotten").isEqualTo(1);
    }
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
                    TaskDevice.CPU,
                    new Wanted(
                        SECOND.manifest(),
                        InFlight.NONE,
                        () -> {
                          throw new IllegalStateException("lost");
                        }),
                    new Limits(2, 1)))
        .hasMessage("lost");
    try (Lease lease = lease(model("a"), SECOND, 2)) {
      assertThat(lease.builds()).isEqualTo(1);
    }
  }

  @Test
  void aRefreshThatFailsHalfwayLeavesNothingOfTheModel() throws Exception {
    WeightSnapshot wide = TestNets.wideWeights(1);
    ModelId id = new ModelId("w", ModelSource.ofBlock(TestNets::wide, TestNets.FEATURES));
    float[] expected;
    try (Lease fresh = lease(new ModelId("fresh", id.source()), wide, 2)) {
      expected = outputs(fresh);
    }
    lease(id, TestNets.wideWeights(2), 2).close();
    for (int shard = 1; shard <= wide.manifest().shards().size(); shard++) {
      try (DeviceTraps traps = DeviceTraps.at(Step.LOAD, DeviceTraps.FULL, shard)) {
        assertThatThrownBy(() -> lease(id, wide, 2)).hasMessage(DeviceTraps.FULL);
        assertThat(traps.sprung()).isEqualTo(1);
      }
      try (Lease lease = lease(id, wide, 2)) {
        assertThat(lease.builds()).as("it is built anew").isEqualTo(1 + shard);
        assertThat(outputs(lease)).isEqualTo(expected);
      }
      lease(id, TestNets.wideWeights(2), 2).close();
    }
  }

  @Test
  void aBuildThatFailsIsRepeatedByTheNextLease() throws Exception {
    try (DeviceTraps traps = DeviceTraps.at(Step.BUILD, DeviceTraps.FULL, 1)) {
      assertThatThrownBy(() -> lease(model("a"), FIRST, 2)).hasMessage(DeviceTraps.FULL);
      try (Lease lease = lease(model("a"), FIRST, 2)) {
        assertThat(lease.builds()).isEqualTo(1);
      }
      assertThat(traps.sprung()).isEqualTo(1);
    }
  }

  @Test
  void modelsAndVersionsThatNobodyUsesAreFreedForAFullDevice() throws Exception {
    lease(model("a"), FIRST, 9, 2, FIRST, SECOND).close();
    Lease used = lease(model("a"), SECOND, 9, 2, FIRST, SECOND);
    lease(model("b"), FIRST, 9).close();
    assertThat(models.free(TaskDevice.CPU)).isTrue();
    assertThat(models.free(TaskDevice.CPU)).as("only the one in use is left").isFalse();
    assertThat(models.size()).isEqualTo(1);
    assertThat(used.model().manager().isOpen()).isTrue();
    used.close();
    try (Lease again = lease(model("a"), SECOND, 9, 2, FIRST, SECOND)) {
      assertThat(again.model()).isSameAs(used.model());
    }
  }

  private static float[] outputs(Lease lease) {
    try (NDManager scope = lease.model().manager().newSubManager()) {
      return lease.model().model().forward(scope.ones(new Shape(1, 8))).toFloatArray();
    }
  }

  private Lease lease(ModelId id, WeightSnapshot weights, int keep) throws InterruptedException {
    return lease(id, weights, keep, 1, weights);
  }

  /** Takes a model while evaluations of these weights are in flight. */
  private Lease lease(
      ModelId id, WeightSnapshot weights, int keep, int versions, WeightSnapshot... live)
      throws InterruptedException {
    return lease(id, weights, keep, versions, inFlight(++evaluations, live));
  }

  private static InFlight inFlight(long number, WeightSnapshot... live) {
    TreeSet<String> hashes = new TreeSet<>();
    for (WeightSnapshot snapshot : live) {
      hashes.add(snapshot.manifest().hash());
    }
    return new InFlight(number, hashes);
  }

  private Lease lease(ModelId id, WeightSnapshot weights, int keep, int versions, InFlight inFlight)
      throws InterruptedException {
    return models.lease(id, TaskDevice.CPU, wanted(weights, inFlight), new Limits(keep, versions));
  }

  private Wanted wanted(WeightSnapshot weights, InFlight inFlight) {
    return new Wanted(
        weights.manifest(),
        inFlight,
        () -> {
          fetched.incrementAndGet();
          return weights;
        });
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  private static ModelId model(String id) {
    return new ModelId(id, ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES));
  }
}
