package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.evaluation.TestNets;
import io.ostinato.weights.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.spark.broadcast.Broadcast;
import org.junit.jupiter.api.Test;
import scala.reflect.ClassTag$;

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
              return new byte[0];
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

  /** All shards in one parcel, which is had like this. */
  private static BroadcastWeights fetched(Supplier<byte[]> parcel) {
    ArrayList<BroadcastWeights.Place> places = new ArrayList<>();
    MANIFEST.shards().forEach(hash -> places.add(new BroadcastWeights.Place(0, 0, 0)));
    return new BroadcastWeights(MANIFEST, new ArrayList<>(List.of(new Parcel(parcel))), places);
  }

  private static final class Parcel extends Broadcast<byte[]> {
    private static final long serialVersionUID = 1;
    private final transient Supplier<byte[]> parcel;

    Parcel(Supplier<byte[]> parcel) {
      super(0, ClassTag$.MODULE$.apply(byte[].class));
      this.parcel = parcel;
    }

    @Override
    public byte[] getValue() {
      return parcel.get();
    }

    @Override
    public void doUnpersist(boolean blocking) {}

    @Override
    public void doDestroy(boolean blocking) {}
  }
}
