package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.spark.TestSpark;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.BroadcastBlockId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a driver with little memory for blocks, which encrypts what it writes to disk. */
class InternalBlocksTest {
  private static final int MIB = 1 << 20;
  private static SparkSession session;
  private static JavaSparkContext context;

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.testing.memory", String.valueOf(20 * MIB),
                "spark.testing.reservedMemory", "0",
                "spark.io.encryption.enabled", "true"));
    context = new JavaSparkContext(session.sparkContext());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void blocksThatDontFitIntoMemoryAreReadFromDisk() {
    List<Broadcast<byte[]>> owners = new ArrayList<>();
    for (int seed = 0; seed < 24; seed++) {
      Broadcast<byte[]> owner = context.broadcast(new byte[0]);
      InternalBlocks.put(owner.id(), List.of(ByteBuffer.wrap(random(seed))));
      owners.add(owner);
    }
    assertThat(owners).anyMatch(InternalBlocksTest::isOnDisk);
    for (int seed = 0; seed < 24; seed++) {
      ByteBuffer read = InternalBlocks.get(owners.get(seed).id(), checksum(seed));
      assertThat(read).isEqualTo(ByteBuffer.wrap(random(seed)));
    }
    owners.forEach(Broadcast::destroy);
  }

  @Test
  void aBlockIsFreedWithItsOwner() {
    Broadcast<byte[]> owner = context.broadcast(new byte[0]);
    InternalBlocks.put(owner.id(), List.of(ByteBuffer.wrap(random(1))));
    owner.destroy(true);
    assertThatThrownBy(() -> InternalBlocks.get(owner.id(), checksum(1)))
        .hasMessage(
            "neither the driver nor an executor has block broadcast_%s_weights any more"
                .formatted(owner.id()));
  }

  @Test
  void theMemoryOfABlockIsStillThereWhenTheBlockIsFreedOrMovedToDisk() {
    Map<Broadcast<byte[]>, ByteBuffer> memory = new HashMap<>();
    for (int seed = 0; seed < 24; seed++) {
      Broadcast<byte[]> owner = context.broadcast(new byte[0]);
      ByteBuffer bytes = ByteBuffer.allocateDirect(MIB + 100).put(100, random(seed)).position(100);
      memory.put(owner, bytes.slice());
      InternalBlocks.put(owner.id(), List.of(bytes.slice()));
      assertThat(InternalBlocks.get(owner.id(), checksum(seed))).isEqualTo(bytes);
    }
    assertThat(memory.keySet()).anyMatch(InternalBlocksTest::isOnDisk);
    List<Long> before = memory.values().stream().map(each -> checksum(each)).sorted().toList();
    memory.keySet().forEach(owner -> owner.destroy(true));
    assertThat(memory.values().stream().map(each -> checksum(each)).sorted()).isEqualTo(before);
    assertThat(before)
        .isEqualTo(IntStream.range(0, 24).mapToObj(seed -> checksum(seed)).sorted().toList());
  }

  @Test
  void aBlockThatWasDamagedIsRefused() {
    Broadcast<byte[]> owner = context.broadcast(new byte[0]);
    InternalBlocks.put(owner.id(), List.of(ByteBuffer.wrap(random(1))));
    assertThatThrownBy(() -> InternalBlocks.get(owner.id(), checksum(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "block broadcast_%s_weights is damaged: its checksum is %x, not %x; check the network"
                    .formatted(owner.id(), checksum(1), checksum(2))
                + " and spark.local.dir");
    owner.destroy();
  }

  @Test
  void aFullDiskIsReportedAndTheOwnerDestroyed() throws IOException {
    Deque<Broadcast<byte[]>> free = new ArrayDeque<>();
    for (int i = 0; i < 24; i++) {
      free.add(context.broadcast(new byte[0])); // while there is still space on the disk
    }
    Deque<Broadcast<byte[]>> used = new ArrayDeque<>();
    JavaSparkContext prepared = prepared(free, used);
    File[] folders = SparkEnv.get().blockManager().diskBlockManager().localDirs();
    setAside(folders);
    try {
      assertThatThrownBy(
              () -> {
                for (int seed = 0; seed < 24; seed++) {
                  BlockContent.send(prepared, List.of(ByteBuffer.wrap(random(seed))));
                }
              })
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("Spark can't store weights in memory or on disk (java.")
          .hasMessageEndingWith("); is the disk of the driver (spark.local.dir) full?")
          .hasCauseInstanceOf(IOException.class);
    } finally {
      putBack(folders);
    }
    Broadcast<byte[]> last = used.removeLast();
    assertThatThrownBy(last::value).hasMessageContaining("destroyed");
    used.forEach(Broadcast::destroy);
    free.forEach(Broadcast::destroy);
  }

  /** Moves a broadcast from one queue to the other instead of making one. */
  private static JavaSparkContext prepared(
      Deque<Broadcast<byte[]>> free, Deque<Broadcast<byte[]>> used) {
    return new JavaSparkContext(session.sparkContext()) {
      @Override
      @SuppressWarnings("unchecked") // bytes are all that is broadcast here
      public <T> Broadcast<T> broadcast(T value) {
        used.add(free.remove());
        return (Broadcast<T>) used.getLast();
      }
    };
  }

  /** Nothing can be written where there is a file instead of a folder. */
  private static void setAside(File[] folders) throws IOException {
    for (File folder : folders) {
      Files.move(folder.toPath(), aside(folder));
      Files.createFile(folder.toPath());
    }
  }

  private static void putBack(File[] folders) throws IOException {
    for (File folder : folders) {
      Files.delete(folder.toPath());
      Files.move(aside(folder), folder.toPath());
    }
  }

  private static Path aside(File folder) {
    return Path.of(folder + "-aside");
  }

  private static long checksum(long seed) {
    return checksum(ByteBuffer.wrap(random(seed)));
  }

  private static long checksum(ByteBuffer bytes) {
    return InternalBlocks.checksum(List.of(bytes));
  }

  private static boolean isOnDisk(Broadcast<byte[]> owner) {
    return SparkEnv.get()
        .blockManager()
        .diskStore()
        .contains(new BroadcastBlockId(owner.id(), "weights"));
  }

  private static byte[] random(long seed) {
    byte[] bytes = new byte[MIB];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
