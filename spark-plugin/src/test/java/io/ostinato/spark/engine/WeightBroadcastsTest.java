package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.engine.WeightBroadcasts.Published;
import io.ostinato.spark.plugin.OstinatoSettings.Weights;
import io.ostinato.spark.plugin.WeightTransfer;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.Shard;
import io.ostinato.weights.ShardBytes;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(WeightTransfer.class)
class WeightBroadcastsTest {
  private static final int MIB = 1 << 20;
  private static SparkSession session;

  @Parameter private WeightTransfer transfer = WeightTransfer.BLOCKS;

  private WeightBroadcasts broadcasts;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @BeforeEach
  void sendNothing() {
    broadcasts = new WeightBroadcasts(channel(), MIB);
  }

  @Test
  void shardsThatNoManifestNeedsAreDestroyedAndSharedOnesStay() {
    WeightSnapshot first = weights(1, 1, 1);
    WeightSnapshot second = weights(1, 2, 1);
    Published one = broadcasts.publish(model("a"), first);
    assertThat(one.bytesSent()).isEqualTo(3L * MIB);
    one.close();
    assertThat(broadcasts.size()).as("kept for the next snapshot").isEqualTo(3);
    Published two = broadcasts.publish(model("a"), second);
    assertThat(two.bytesSent()).as("the changed one alone").isEqualTo(MIB);
    assertThat(broadcasts.size()).isEqualTo(3);
    assertThat(two.weights().parcels().get(0)).isSameAs(one.weights().parcels().get(0));
    assertThat(two.weights().parcels().get(2)).isSameAs(one.weights().parcels().get(2));
    assertReads(two, second);
    assertThat(isUsable(one, 1)).as("the shard that was replaced").isFalse();
    two.close();
    assertReads(two, second);
    assertThat(broadcasts.bytesSent()).isEqualTo(4L * MIB);
  }

  @Test
  void shardsOfEvaluationsInFlightStay() {
    WeightSnapshot first = weights(1, 1);
    WeightSnapshot second = weights(2, 2);
    WeightSnapshot third = weights(3, 2);
    Published one = broadcasts.publish(model("a"), first);
    Published two = broadcasts.publish(model("a"), second);
    Published three = broadcasts.publish(model("a"), third);
    assertThat(one.inFlight().manifests()).containsExactly(first.manifest().hash());
    assertThat(three.inFlight().manifests())
        .containsExactlyInAnyOrder(
            first.manifest().hash(), second.manifest().hash(), third.manifest().hash());
    assertReads(one, first);
    assertReads(two, second);
    assertReads(three, third);
    assertThat(broadcasts.size()).isEqualTo(5);
    two.close();
    assertThat(broadcasts.size()).as("one of its shards is shared").isEqualTo(4);
    assertReads(one, first);
    assertReads(three, third);
    one.close();
    three.close();
    assertThat(broadcasts.size()).isEqualTo(2);
  }

  @Test
  void weightsThatAreEvaluatedTwiceAtATimeStayUntilBothAreOver() {
    WeightSnapshot first = weights(1);
    Published one = broadcasts.publish(model("a"), first);
    Published again = broadcasts.publish(model("a"), first);
    assertThat(again.bytesSent()).isZero();
    Published other = broadcasts.publish(model("a"), weights(2));
    one.close();
    assertReads(again, first);
    again.close();
    assertThat(broadcasts.size()).isEqualTo(1);
    assertThat(isUsable(one, 0)).isFalse();
    other.close();
  }

  @Test
  void eachModelKeepsItsLastWeights() {
    WeightSnapshot a = weights(1, 1);
    WeightSnapshot b = weights(1, 2);
    Published ofA = broadcasts.publish(model("a"), a);
    ofA.close();
    Published ofB = broadcasts.publish(model("b"), b);
    ofB.close();
    assertThat(ofB.bytesSent()).as("models share shards too").isEqualTo(MIB);
    assertThat(broadcasts.size()).isEqualTo(3);
    assertReads(ofA, a);
    assertReads(ofB, b);
    broadcasts.destroyAll();
    assertThat(broadcasts.size()).isZero();
    assertThat(isUsable(ofA, 0)).isFalse();
  }

  @Test
  void aShardOfOtherWeightsIsRefused() {
    try (Published published = broadcasts.publish(model("a"), weights(1))) {
      assertThatThrownBy(() -> published.weights().shards(List.of("12ab")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("these weights have no shard 12ab");
    }
  }

  @Test
  void anEvaluationEndsWhileTheWeightsOfAnotherAreSent() throws Exception {
    WeightSnapshot second = weights(2);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    Recorded channel =
        recorded(
            shards -> {
              if (second.manifest().shards().contains(shards.get(0).hash())) {
                begun.countDown();
                await(letGo);
              }
            });
    WeightBroadcasts slow = new WeightBroadcasts(channel, MIB);
    Published one = slow.publish(model("a"), weights(1));
    FutureTask<Published> two = new FutureTask<>(() -> slow.publish(model("a"), second));
    new Thread(two).start();
    await(begun);
    FutureTask<Long> end =
        new FutureTask<>(
            () -> {
              one.close();
              return slow.bytesSent();
            });
    new Thread(end).start();
    assertThat(end.get(1, TimeUnit.MINUTES)).isEqualTo(MIB);
    assertThat(two).isNotDone();
    letGo.countDown();
    assertThat(two.get(1, TimeUnit.MINUTES).bytesSent()).isEqualTo(MIB);
    assertThat(channel.events).containsExactly("send 1", "destroy 1", "send 2");
  }

  @Test
  void copiesOnExecutorsStayUntilNoEvaluationMayFetchThem() {
    Recorded channel = recorded(shards -> {});
    WeightBroadcasts recorded = new WeightBroadcasts(channel, MIB);
    Published one = recorded.publish(model("a"), weights(1, 2));
    Published two = recorded.publish(model("a"), weights(1, 3));
    assertThat(channel.events).hasSize(3).allMatch(event -> event.startsWith("send"));
    channel.events.clear();
    one.close();
    assertThat(channel.events).as("the first shard is shared").containsExactly("destroy 2");
    two.close();
    assertThat(channel.events).containsExactlyInAnyOrder("destroy 2", "free 1", "free 3");
    channel.events.clear();
    recorded.publish(model("a"), weights(1, 3)).close();
    assertThat(channel.events).as("neither sent again nor freed again").isEmpty();
  }

  /** Its next refresh loads all shards, most of which the executors then have. */
  @Test
  void copiesOfAModuleStayOnTheExecutorsUntilItHasOtherWeights() {
    Recorded channel = recorded(shards -> {});
    WeightBroadcasts recorded = new WeightBroadcasts(channel, MIB);
    ModelId module = new ModelId("a", ModelSource.torchScript());
    recorded.publish(module, weights(1, 2)).close();
    assertThat(channel.events).containsExactlyInAnyOrder("send 1", "send 2");
    channel.events.clear();
    recorded.publish(module, weights(1, 3)).close();
    assertThat(channel.events).containsExactly("destroy 2", "send 3");
    recorded.destroyAll();
    assertThat(channel.events).contains("destroy 1", "destroy 3").noneMatch(e -> e.startsWith("f"));
  }

  @Test
  void shardsComeInTheirOrderHoweverTheyWereSent() {
    WeightSnapshot first = weights(1, 1, 1, 1, 1);
    WeightSnapshot second = weights(1, 2, 1, 2, 1);
    WeightBroadcasts large = new WeightBroadcasts(channel(), 8 * MIB);
    large.publish(model("a"), first).close();
    Published two = large.publish(model("a"), second);
    assertThat(two.weights().parcels()).hasSize(2);
    List<String> order = new ArrayList<>();
    two.weights()
        .shards(second.manifest().shards())
        .forEachRemaining(shard -> order.add(shard.hash()));
    assertThat(order).isEqualTo(second.manifest().shards());
    two.close();
  }

  /** Otherwise the driver would send each parcel to all executors that need it at a time. */
  @Test
  void executorsBeginWithDifferentParcelsWhereAnyOrderWillDo() {
    WeightSnapshot weights = weights(1, 2, 3, 4, 5, 6, 7, 8);
    List<String> hashes = weights.manifest().shards();
    WeightBroadcasts pairs = new WeightBroadcasts(channel(), 2 * MIB);
    try (Published published = pairs.publish(model("a"), weights)) {
      List<List<String>> orders =
          Stream.of("0", "1", "2")
              .map(BroadcastWeights::share)
              .map(share -> hashes(published.weights().startingAt(share, hashes)))
              .toList();
      assertThat(orders.stream().map(order -> order.get(0)).distinct().count())
          .as("three of the four parcels")
          .isEqualTo(3);
      for (List<String> order : orders) {
        assertThat(order).containsExactlyInAnyOrderElementsOf(hashes);
        int start = hashes.indexOf(order.get(0));
        assertThat(start % 2).as("no parcel is divided").isZero();
        List<String> rotated = new ArrayList<>(hashes);
        Collections.rotate(rotated, -start);
        assertThat(order).isEqualTo(rotated);
      }
      assertThat(hashes(published.weights().shardsInAnyOrder(hashes)))
          .containsExactlyInAnyOrderElementsOf(hashes);
      assertThat(hashes(published.weights().shardsInAnyOrder(List.of()))).isEmpty();
    }
  }

  private static List<String> hashes(Iterator<Shard> shards) {
    List<String> hashes = new ArrayList<>();
    shards.forEachRemaining(shard -> hashes.add(shard.hash()));
    return hashes;
  }

  @Test
  void whatEvaluationsInFlightNeedIsDestroyedWhenTheyEnd() {
    WeightSnapshot first = weights(1);
    Published one = broadcasts.publish(model("a"), first);
    Published two = broadcasts.publish(model("a"), weights(2));
    two.close();
    broadcasts.destroyAll();
    assertReads(one, first);
    assertThat(broadcasts.size()).isEqualTo(1);
    one.close();
    assertThat(broadcasts.size()).isZero();
    assertThat(isUsable(one, 0)).isFalse();
  }

  @Test
  void weightsThatCantBeSentLeaveNothing() {
    WeightSnapshot second = weights(1, 2);
    Recorded channel =
        recorded(
            shards -> {
              if (shards.get(0).hash().equals(second.manifest().shards().get(1))) {
                throw new IllegalStateException("the disk is full");
              }
            });
    WeightBroadcasts failing = new WeightBroadcasts(channel, MIB);
    Published one = failing.publish(model("a"), weights(1));
    assertThatThrownBy(() -> failing.publish(model("a"), second)).hasMessage("the disk is full");
    one.close();
    failing.destroyAll();
    assertThat(failing.size()).isZero();
    assertThat(channel.events).containsExactly("send 1", "free 1", "destroy 1");
  }

  /** Spark throws a checked exception that it doesn't declare. */
  @Test
  void aFullDiskOfTheDriverLeavesNothing() {
    ExecutorChannel full =
        new ExecutorChannel(new FullDisk(session.sparkContext(), 1), new Weights(transfer, null));
    Recorded channel = recorded(shards -> {}, full);
    WeightBroadcasts failing = new WeightBroadcasts(channel, MIB);
    Published one = failing.publish(model("a"), weights(1));
    assertThatThrownBy(() -> failing.publish(model("a"), weights(1, 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Spark can't store weights in memory or on disk (java.io.IOException: No space left on"
                + " device); is the disk of the driver (spark.local.dir) full?")
        .hasCauseInstanceOf(IOException.class);
    one.close();
    failing.destroyAll();
    assertThat(failing.size()).isZero();
    assertThat(channel.events).containsExactly("send 1", "free 1", "destroy 1");
  }

  /** Has space for some broadcasts only. */
  private static final class FullDisk extends JavaSparkContext {
    private final AtomicInteger space;

    FullDisk(SparkContext context, int space) {
      super(context);
      this.space = new AtomicInteger(space);
    }

    @Override
    public <T> Broadcast<T> broadcast(T value) {
      if (space.getAndDecrement() < 1) {
        FullDisk.<RuntimeException>fail();
      }
      return super.broadcast(value);
    }

    @SuppressWarnings("unchecked") // a checked exception, thrown without being declared
    private static <E extends Exception> void fail() throws E {
      throw (E) new IOException("No space left on device");
    }
  }

  /** Broadcasts parcels of one shard, and keeps what was done by the shards' seeds. */
  private record Recorded(
      ParcelChannel channel,
      Consumer<List<Shard>> before,
      List<String> events,
      Map<String, Long> seeds)
      implements ParcelChannel {
    Recorded(ParcelChannel channel, Consumer<List<Shard>> before) {
      this(channel, before, new CopyOnWriteArrayList<>(), new ConcurrentHashMap<>());
      for (long seed = 1; seed <= 3; seed++) {
        for (String hash : weights(seed, seed).manifest().shards()) {
          seeds.put(hash, seed);
        }
      }
    }

    @Override
    public Parcel send(List<Shard> shards, WeightSnapshot snapshot) {
      before.accept(shards);
      Parcel parcel = channel.send(shards, snapshot);
      add("send", parcel);
      return parcel;
    }

    @Override
    public void free(Parcel parcel) {
      add("free", parcel);
    }

    @Override
    public void destroy(Parcel parcel) {
      add("destroy", parcel);
    }

    private void add(String what, Parcel parcel) {
      parcel.places().keySet().forEach(hash -> events.add(what + " " + seeds.get(hash)));
    }
  }

  private Recorded recorded(Consumer<List<Shard>> before) {
    return recorded(before, channel());
  }

  private static Recorded recorded(Consumer<List<Shard>> before, ParcelChannel channel) {
    return new Recorded(channel, before);
  }

  private ParcelChannel channel() {
    return new ExecutorChannel(
        new JavaSparkContext(session.sparkContext()), new Weights(transfer, null));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertReads(Published published, WeightSnapshot weights) {
    Manifest manifest = published.weights().manifest();
    assertThat(manifest).isEqualTo(weights.manifest());
    for (String hash : manifest.shards()) {
      assertThat(ShardBytes.of(published.weights().shards(List.of(hash)).next()))
          .isEqualTo(ShardBytes.of(weights.shards(List.of(hash)).next()));
    }
  }

  /** Executors are told on another thread. */
  private static boolean isUsable(Published published, int shard) {
    ParcelContent content = published.weights().parcels().get(shard);
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    boolean usable = true;
    while (usable && System.nanoTime() < end) {
      try {
        content.fetch();
      } catch (Exception e) { // Spark throws checked exceptions that it doesn't declare
        usable = false;
      }
    }
    return usable;
  }

  /** An array of a MiB, thus a shard and here a parcel, for each seed. */
  private static WeightSnapshot weights(long... seeds) {
    List<HostArray> arrays = new ArrayList<>();
    for (long seed : seeds) {
      byte[] content = new byte[MIB];
      new Random(seed).nextBytes(content);
      arrays.add(HostArray.of("w" + arrays.size(), DataType.UINT8, new Shape(MIB), content));
    }
    return WeightSnapshot.of(arrays);
  }

  private static ModelId model(String id) {
    return new ModelId(id, ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES));
  }
}
