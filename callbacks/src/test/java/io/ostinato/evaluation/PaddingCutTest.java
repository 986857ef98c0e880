package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rows that are padded to 6 positions, and cut when they are run together. */
class PaddingCutTest {
  private static final int LENGTH = 6;
  private static final Map<String, String> MASKS = Map.of("ids", "mask", "mask", "mask");

  @Test
  void rowsThatRunTogetherAreCutToTheLongest() {
    Random random = new Random(5);
    try (NDManager manager = NDManager.newBaseManager()) {
      for (int round = 0; round < 200; round++) {
        boolean left = random.nextBoolean();
        int[] lengths = random.ints(1 + random.nextInt(5), 0, LENGTH + 1).toArray();
        DataBatch batch = batch(lengths, left, List.of());
        int longest = Math.max(1, Arrays.stream(lengths).max().orElseThrow());
        NDList whole = new NDList();
        batch.arrays().forEach(array -> whole.add(array.copyTo(manager)));
        try (StagedBatch copied = StagedBatch.of(batch, manager);
            StagedBatch resident = StagedBatch.copyOf(batch, whole, manager)) {
          for (StagedBatch staged : List.of(copied, resident)) {
            assertThat(staged.batch().get("mask").getShape())
                .isEqualTo(new Shape(lengths.length, longest));
            assertThat(staged.batch().get("ids").toLongArray())
                .isEqualTo(ids(lengths, longest, left));
            assertThat(staged.batch().get("other").getShape())
                .isEqualTo(new Shape(lengths.length, LENGTH));
            assertThat(staged.changedColumns()).isEmpty();
          }
        }
        whole.close();
      }
    }
  }

  @Test
  void aPartIsCutToItsOwnLongestRowAndSkippedRowsDontCount() {
    DataBatch batch =
        batch(new int[] {2, 3, 6, 1}, false, List.of(new SkippedRow(0, 2, "it is bad")));
    BatchPart part = BatchPart.whole(batch);
    assertThat(widths(part)).containsExactly(3L, 3L, 6L);
    assertThat(widths(part.firstHalf())).containsExactly(3L, 3L, 6L);
    assertThat(widths(part.secondHalf())).containsExactly(1L, 1L, 6L);
  }

  @Test
  void withoutItsMaskAColumnStaysWhole() {
    DataBatch batch = batch(new int[] {2, 3}, false, List.of());
    assertThat(widths(BatchPart.whole(batch.only(List.of("ids"))))).containsExactly(6L);
    assertThat(widths(BatchPart.whole(batch.only(List.of("mask", "ids"))))).containsExactly(3L, 3L);
    assertThat(widths(BatchPart.whole(batch.rows(0, 1).startingAt(9)))).containsExactly(2L, 2L, 6L);
  }

  private static List<Long> widths(BatchPart part) {
    return part.arrays().stream().map(array -> array.shape().get(1)).toList();
  }

  private static DataBatch batch(int[] lengths, boolean left, List<SkippedRow> skipped) {
    List<HostArray> arrays = new ArrayList<>();
    long[] ids = ids(lengths, LENGTH, left);
    arrays.add(array("ids", ids));
    arrays.add(array("mask", Arrays.stream(ids).map(id -> id == 0 ? 0 : 1).toArray()));
    arrays.add(array("other", ids));
    return new DataBatch(0, 0, lengths.length, arrays, skipped, MASKS, List.of());
  }

  /** 1, 2 and so on in each row, and zeros for padding. */
  private static long[] ids(int[] lengths, int width, boolean left) {
    long[] ids = new long[lengths.length * width];
    for (int row = 0; row < lengths.length; row++) {
      for (int i = 0; i < lengths[row]; i++) {
        ids[row * width + (left ? width - lengths[row] : 0) + i] = i + 1;
      }
    }
    return ids;
  }

  private static HostArray array(String name, long[] elements) {
    ByteBuffer bytes =
        ByteBuffer.allocate(elements.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(elements);
    return HostArray.of(
        name, DataType.INT64, new Shape(elements.length / LENGTH, LENGTH), bytes.array());
  }
}
