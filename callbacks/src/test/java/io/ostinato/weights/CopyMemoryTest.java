package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CopyMemoryTest {
  @Test
  void copiesAreOutsideTheHeap() {
    ByteBuffer memory = new CopyMemory().take(10);
    assertThat(memory.isDirect()).isTrue();
    assertThat(memory.capacity()).isEqualTo(10);
    assertThat(memory.order()).isEqualTo(ByteOrder.nativeOrder());
  }

  @Test
  void copiesAreOnTheHeapOnceThereIsNoMemoryOutside() {
    AtomicInteger asked = new AtomicInteger();
    CopyMemory memory = new CopyMemory(bytes -> allocate(bytes, asked.incrementAndGet()));
    List<Boolean> areDirect =
        List.of(10, 11, 12, 13).stream().map(memory::take).map(ByteBuffer::isDirect).toList();
    assertThat(areDirect).containsExactly(true, true, false, false);
    assertThat(asked).hasValue(3); // each time that there is none, Java collects garbage and waits
    assertThat(memory.take(14).capacity()).isEqualTo(14);
    assertThat(memory.take(14).order()).isEqualTo(ByteOrder.nativeOrder());
  }

  @Test
  void aSnapshotThatIsPartlyOnTheHeapIsTheSame() {
    byte[] bytes = new byte[3 * WeightSnapshot.SHARD_BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    HostArray array = HostArray.of("w", DataType.INT8, new Shape(bytes.length), bytes);
    WeightSnapshot original = WeightSnapshot.of(List.of(array));
    AtomicInteger asked = new AtomicInteger();
    CopyMemory memory = new CopyMemory(size -> allocate(size, 2 + asked.getAndIncrement()));
    WeightSnapshot copy = original.copySharing(Map.of(), memory);
    assertThat(copy.shards().stream().map(shard -> shard.slices().get(0).content().isDirect()))
        .containsExactlyInAnyOrder(true, false, false);
    assertThat(copy.arrays()).isEqualTo(original.arrays());
    assertThat(copy.manifest()).isEqualTo(original.manifest());
  }

  /** The third allocation, and all later ones, fail. */
  private static ByteBuffer allocate(int bytes, int number) {
    if (number > 2) {
      throw new OutOfMemoryError("Cannot reserve %d bytes".formatted(bytes));
    }
    return ByteBuffer.allocateDirect(bytes);
  }
}
