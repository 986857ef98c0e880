package io.ostinato.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RowBufferTest {

  @Test
  void largeRowsTakeNoMoreRoomThanTheirBatch() {
    RowBuffer buffer = new RowBuffer(column(12_000_000), 1);
    ByteBuffer room = buffer.room();
    assertThat(room.capacity()).as("bytes for one row").isEqualTo(48_000_000);
    room.position(48_000_000);
    assertThat(buffer.content()).hasSize(48_000_000);
  }

  @Test
  void roomGrowsWithTheRowsThatCome() {
    RowBuffer buffer = new RowBuffer(column(100_000), 256);
    for (int row = 0; row < 20; row++) {
      buffer.room().putFloat(row).position(400_000 * (row + 1));
    }
    assertThat(buffer.content()).hasSize(8_000_000);
    ByteBuffer content = ByteBuffer.wrap(buffer.content()).order(buffer.room().order());
    assertThat(content.getFloat(19 * 400_000)).isEqualTo(19f);
  }

  private static Column column(int elements) {
    return new Column("x", "x", DataType.FLOAT32, new long[] {elements}, Column.Kind.ARRAY);
  }
}
