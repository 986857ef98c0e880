package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.TestNets;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BroadcastWeightsTest {
  private static final Manifest MANIFEST = TestNets.weights(1).manifest();

  @Test
  void aTaskThatIsCancelledWaitsNoLongerForItsWeights() {
    CountDownLatch never = new CountDownLatch(1);
    BroadcastWeights weights =
        fetched(
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              throw new IllegalStateException("not reached by the task");
            });
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> weights.shards(MANIFEST.shards()).next())
        .hasMessage("the task was interrupted while waiting for weights");
    assertThat(Thread.interrupted()).as("still interrupted").isTrue();
    never.countDown();
  }

  @Test
  void weightsThatCantBeFetchedSayWhy() {
    BroadcastWeights weights =
        fetched(
            () -> {
              throw new IllegalArgumentException("block broadcast_3 is lost");
            });
    assertThatThrownBy(() -> weights.shards(MANIFEST.shards()).next())
        .hasMessage(
            "the weights can't be fetched from the driver:"
                + " java.lang.IllegalArgumentException: block broadcast_3 is lost")
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void weightsThatAreOfferedInThisProcessAreNotFetched() {
    WeightSnapshot here = TestNets.weights(1);
    BroadcastWeights weights =
        fetched(
            () -> {
              throw new IllegalArgumentException("nothing was sent");
            });
    Runnable withdraw = ProcessRegistry.ofThisProcess().localWeights().offer(here);
    Runnable withdrawSecond = ProcessRegistry.ofThisProcess().localWeights().offer(here);
    withdraw.run();
    withdraw.run();
    Shard first = weights.shards(MANIFEST.shards()).next();
    assertThat(first).as("not even copied").isSameAs(here.shards().get(0));
    assertThatThrownBy(() -> weights.shards(List.of("12ab")))
        .hasMessage("these weights have no shard 12ab");
    withdrawSecond.run();
    assertThatThrownBy(() -> weights.shards(MANIFEST.shards()).next())
        .hasMessageContaining("nothing was sent");
  }

  /** All shards in one parcel, which is had like this. */
  private static BroadcastWeights fetched(Supplier<ParcelContent.Reader> parcel) {
    ArrayList<BroadcastWeights.Place> places = new ArrayList<>();
    MANIFEST.shards().forEach(hash -> places.add(new BroadcastWeights.Place(0, 0, 0)));
    return new BroadcastWeights(MANIFEST, new ArrayList<>(List.of(new Fetched(parcel))), places);
  }

  private record Fetched(Supplier<Reader> parcel) implements ParcelContent {
    @Override
    public Reader fetch() {
      return parcel.get();
    }

    @Override
    public void free() {}

    @Override
    public void destroy() {}
  }
}
