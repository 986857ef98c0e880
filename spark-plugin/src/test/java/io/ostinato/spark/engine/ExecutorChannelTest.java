package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.describe.ByteSize;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoSettings.Weights;
import io.ostinato.spark.plugin.WeightTransfer;
import io.ostinato.weights.Shard;
import io.ostinato.weights.ShardBytes;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ExecutorChannelTest {
  private static final int MIB = 1 << 20;
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void parcelsAreMemoryOfTheirSnapshotWithinTheLimit() {
    ExecutorChannel channel = channel(context(), WeightTransfer.BLOCKS, "2m");
    List<Parcel> parcels = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      parcels.add(send(channel, seed));
    }
    assertThat(parcels.stream().map(Parcel::inPlaceBytes))
        .containsExactly((long) MIB, (long) MIB, 0L);
    for (int seed = 0; seed < 3; seed++) {
      assertReads(parcels.get(seed), seed);
    }
    channel.destroy(parcels.get(2));
    assertThat(send(channel, 3).inPlaceBytes()).as("it had none").isZero();
    channel.destroy(parcels.get(0));
    Parcel next = send(channel, 4);
    assertThat(next.inPlaceBytes()).as("in place of the first").isEqualTo(MIB);
    assertReads(next, 4);
  }

  @Test
  void aParcelThatIsNotSentTakesNothingOfTheLimit() {
    boolean[] fails = {true};
    JavaSparkContext failing =
        new JavaSparkContext(session.sparkContext()) {
          @Override
          public <T> Broadcast<T> broadcast(T value) {
            if (fails[0]) {
              throw new IllegalStateException("stopped");
            }
            return super.broadcast(value);
          }
        };
    ExecutorChannel channel = channel(failing, WeightTransfer.BLOCKS, "1m");
    assertThatThrownBy(() -> send(channel, 0)).hasMessage("stopped");
    fails[0] = false;
    assertThat(send(channel, 0).inPlaceBytes()).isEqualTo(MIB);
  }

  @Test
  void nothingIsSharedWithoutALimitNorByBroadcasts() {
    for (ExecutorChannel channel :
        List.of(
            channel(context(), WeightTransfer.BLOCKS, "0"),
            channel(context(), WeightTransfer.BROADCASTS, "1g"))) {
      Parcel parcel = send(channel, 1);
      assertThat(parcel.inPlaceBytes()).isZero();
      assertReads(parcel, 1);
    }
  }

  @Test
  void memoryThatSomebodyElseCanFreeIsNotShared() {
    ExecutorChannel channel = channel(context(), WeightTransfer.BLOCKS, "1g");
    WeightSnapshot own = snapshot(1);
    WeightSnapshot others = WeightSnapshot.of(own.arrays());
    assertThat(others.shards()).isEqualTo(own.shards());
    assertThat(channel.send(others.shards(), others).inPlaceBytes()).isZero();
    assertThat(channel.send(own.shards(), own).inPlaceBytes()).isEqualTo(MIB);
  }

  private static Parcel send(ExecutorChannel channel, int seed) {
    WeightSnapshot snapshot = snapshot(seed);
    return channel.send(snapshot.shards(), snapshot);
  }

  private static void assertReads(Parcel parcel, int seed) {
    Shard shard = snapshot(seed).shards().get(0);
    int[] place = parcel.places().getOrDefault(shard.hash(), new int[] {0, 0});
    Shard read = parcel.content().fetch().read(shard.hash(), place[0], place[1]);
    assertThat(ShardBytes.of(read)).isEqualTo(ShardBytes.of(shard));
  }

  /** One shard of 1 MiB. */
  private static WeightSnapshot snapshot(int seed) {
    byte[] bytes = new byte[MIB];
    new Random(seed).nextBytes(bytes);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray array = manager.create(ByteBuffer.wrap(bytes), new Shape(MIB), DataType.INT8);
      return new SnapshotTaker().take(Map.of("w", array));
    }
  }

  private static JavaSparkContext context() {
    return new JavaSparkContext(session.sparkContext());
  }

  private static ExecutorChannel channel(
      JavaSparkContext context, WeightTransfer transfer, String inPlace) {
    Optional<ByteSize> most = ByteSize.parse(inPlace);
    return new ExecutorChannel(context, new Weights(transfer, most.orElseThrow()));
  }
}
