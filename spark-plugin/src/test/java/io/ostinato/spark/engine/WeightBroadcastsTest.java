package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.engine.WeightBroadcasts.Published;
import io.ostinato.spark.resident.ModelId;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.Manifest;
import io.ostinato.weights.ShardBytes;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WeightBroadcastsTest {
  private static final int MIB = 1 << 20;
  private static SparkSession session;

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
    broadcasts = new WeightBroadcasts(new JavaSparkContext(session.sparkContext()), MIB);
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
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (published.weights().parcels().get(shard).isValid() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return published.weights().parcels().get(shard).isValid();
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
