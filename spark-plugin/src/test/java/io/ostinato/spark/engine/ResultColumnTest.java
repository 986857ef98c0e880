package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResultColumnTest {

  @Test
  void everyFloat16HasItsOwnFloat() {
    ByteBuffer bytes = ByteBuffer.allocate(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int half = 0; half < 1 << 16; half++) {
      bytes.putShort((short) half);
    }
    HostArray halves = HostArray.of("h", DataType.FLOAT16, new Shape(1, 1 << 16), bytes.array());
    Object[] floats = (Object[]) column(halves).value(halves.rows(0, 1));
    try (NDManager manager = NDManager.newBaseManager()) {
      float[] expected = halves.copyTo(manager).toType(DataType.FLOAT32, true).toFloatArray();
      for (int half = 0; half < 1 << 16; half++) {
        assertThat((Float) floats[half]).as("%04x", half).isEqualTo(Float.valueOf(expected[half]));
      }
    }
  }

  @Test
  void wholeNumbersWithoutASignGoToAWiderType() {
    assertThat(value(DataType.INT16, -2, -1)).isEqualTo((short) -2);
    assertThat(value(DataType.UINT16, -2, -1)).isEqualTo(65534);
    assertThat(value(DataType.UINT32, -2, -1, -1, -1)).isEqualTo(4294967294L);
    assertThat(value(DataType.UINT8, -2)).isEqualTo((short) 254);
    assertThat(value(DataType.INT8, -2)).isEqualTo((byte) -2);
    assertThat(value(DataType.BOOLEAN, 1)).isEqualTo(true);
  }

  @Test
  void whatParquetLacksIsRefusedWithTheRemedy() {
    HostArray array = HostArray.of("big", DataType.UINT64, new Shape(1), new byte[8]);
    assertThatThrownBy(() -> column(array))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "the result 'big' has type uint64, which can't be a Parquet column; return float32 or"
                + " int64 from the module, for example with outputs.float(), or convert it in"
                + " processData");
  }

  @Test
  void resultsThatShareANameAreRefused() {
    for (String[] names : new String[][] {{"x", "y", "x"}, {"Logits", "y", "logits"}}) {
      assertThatThrownBy(() -> columns(names))
          .isInstanceOf(EvaluationException.class)
          .hasMessage(
              "the results '%s' and '%s', at positions 0 and 2, can't both be Parquet columns,"
                      .formatted(names[0], names[2])
                  + " because column names ignore case; rename one of them");
    }
    assertThatThrownBy(() -> columns("x", "Row"))
        .hasMessage(
            "the result name 'Row' is reserved for the column with the row's index; choose another"
                + " name");
    assertThat(columns("", "x", ""))
        .extracting(ResultColumn::name)
        .containsExactly("_0", "x", "_2");
    assertThatThrownBy(() -> columns("_1", "")).hasMessageContaining("the results '_1' and '_1'");
  }

  private static List<ResultColumn> columns(String... names) {
    List<HostArray> arrays =
        Stream.of(names)
            .map(name -> HostArray.of(name, DataType.INT8, new Shape(1), new byte[1]))
            .toList();
    return ResultColumn.of(new BatchOutput(0, 1, arrays));
  }

  private static Object value(DataType type, int... bytes) {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    HostArray array = HostArray.of("a", type, new Shape(1), content);
    return column(array).value(array.rows(0, 1));
  }

  private static ResultColumn column(HostArray array) {
    return ResultColumn.of(new BatchOutput(0, 1, List.of(array))).get(0);
  }
}
