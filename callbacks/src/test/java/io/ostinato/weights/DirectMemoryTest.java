package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DirectMemoryTest {
  private final AtomicInteger pauses = new AtomicInteger();

  @Test
  void memoryThatIsFreedLateIsWaitedFor() {
    ByteBuffer memory =
        DirectMemory.allocate(8, this::freedAfterTwoPauses, pauses::incrementAndGet);
    assertThat(memory.capacity()).isEqualTo(8);
    assertThat(pauses).hasValue(2);
  }

  private ByteBuffer freedAfterTwoPauses(int bytes) {
    if (pauses.get() < 2) {
      throw new OutOfMemoryError("none yet");
    }
    return ByteBuffer.allocate(bytes);
  }

  @Test
  void memoryThatIsNeverFreedIsAnError() {
    assertThatThrownBy(() -> DirectMemory.allocate(8, this::none, pauses::incrementAndGet))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("none");
    assertThat(pauses).hasValue(4);
  }

  private ByteBuffer none(int bytes) {
    throw new OutOfMemoryError("none");
  }

  @Test
  void memoryIsOutsideTheHeap() {
    assertThat(DirectMemory.allocate(3).isDirect()).isTrue();
  }
}
