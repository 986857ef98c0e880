package io.ostinato.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorViewTest {

  /** Compares with a loop over all indices, for random shapes, strides and offsets. */
  @Test
  void elementsAreWhereOffsetAndStridesSay() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      int dimensions = random.nextInt(5);
      List<Long> sizes = new ArrayList<>();
      List<Long> strides = new ArrayList<>();
      for (int d = 0; d < dimensions; d++) {
        sizes.add((long) random.nextInt(4));
        strides.add((long) random.nextInt(7));
      }
      if (random.nextBoolean()) {
        long stride = 1;
        for (int d = dimensions - 1; d >= 0; d--) {
          strides.set(d, stride);
          stride *= sizes.get(d);
        }
      }
      TensorView view = new TensorView(DataType.INT16, random.nextInt(5), sizes, strides);
      ByteBuffer storage = ByteBuffer.allocate(2 * 100);
      random.nextBytes(storage.array());
      view.check(storage.capacity());
      ByteBuffer elements = ByteBuffer.allocate((int) view.sizeBytes());
      view.gather(storage, elements);
      assertThat(elements.array()).as(view.toString()).isEqualTo(expected(view, storage));
      if (view.isContiguous() && view.sizeBytes() > 0) {
        assertThat(storage.slice((int) view.offset() * 2, elements.capacity()))
            .isEqualTo(elements.flip());
      }
    }
  }

  @Test
  void scatteredElementsAreGatheredAgainAndOthersStay() {
    TensorView transposed = new TensorView(DataType.INT8, 1, List.of(3L, 2L), List.of(1L, 3L));
    ByteBuffer storage = ByteBuffer.wrap(new byte[] {9, 0, 0, 0, 0, 0, 0, 9});
    transposed.scatter(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6}), storage);
    assertThat(storage.array()).containsExactly(9, 1, 3, 5, 2, 4, 6, 9);
  }

  @Test
  void impossibleTensorsAreRejected() {
    long huge = Long.MAX_VALUE / 2;
    for (TensorView view :
        List.of(
            view(-1, List.of(1L), List.of(1L)),
            view(0, List.of(-1L), List.of(1L)),
            view(0, List.of(2L), List.of(-1L)),
            view(0, List.of(2L), List.of()),
            view(0, List.of(huge, huge), List.of(0L, 0L)),
            view(0, List.of(huge), List.of(huge)),
            view(Long.MAX_VALUE, List.of(2L), List.of(1L)),
            view(0, List.of(5L), List.of(1L)),
            view(0, List.of(2L, 2L), List.of(3L, 1L)))) {
      assertThatThrownBy(() -> view.check(16))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching(
              "(?:an impossible tensor|a tensor beyond its storage of 16 bytes): float32 .*");
    }
    view(4, List.of(0L), List.of(1L)).check(16);
    view(0, List.of(), List.of()).check(16);
    view(0, List.of(1_000_000L), List.of(0L)).check(16);
  }

  private static TensorView view(long offset, List<Long> sizes, List<Long> strides) {
    return new TensorView(DataType.FLOAT32, offset, sizes, strides);
  }

  private static byte[] expected(TensorView view, ByteBuffer storage) {
    ByteBuffer all = ByteBuffer.allocate((int) view.sizeBytes());
    collect(view, 0, view.offset(), storage, all);
    return all.array();
  }

  private static void collect(
      TensorView view, int dimension, long at, ByteBuffer storage, ByteBuffer all) {
    if (dimension == view.sizes().size()) {
      all.putShort(storage.getShort((int) at * 2));
      return;
    }
    for (long i = 0; i < view.sizes().get(dimension); i++) {
      collect(view, dimension + 1, at + i * view.strides().get(dimension), storage, all);
    }
  }
}
