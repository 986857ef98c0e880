package io.ostinato.translation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.libraries.NativeLibraries;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputArraysTest {
  private final NDManager manager = NativeLibraries.engine().newBaseManager(Device.cpu());

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void outputsOfOneTypeAreJoined() {
    NDArray numbers = OutputArrays.join(List.of(1, 2L), manager);
    assertThat(numbers.getDataType()).isEqualTo(DataType.INT64);
    assertThat(numbers.toLongArray()).containsExactly(1, 2);
    NDArray mixed = OutputArrays.join(List.of(1, 2.5), manager);
    assertThat(mixed.toType(DataType.FLOAT64, false).toDoubleArray()).containsExactly(1, 2.5);
    NDArray rows = OutputArrays.join(List.of(new float[] {1, 2}, new float[] {3, 4}), manager);
    assertThat(rows.getShape()).isEqualTo(new Shape(2, 2));
    assertThat(rows.toFloatArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void outputsThatCantBeJoinedAreRefused() {
    assertThatThrownBy(() -> OutputArrays.join(Arrays.asList(1, null), manager))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the output of row 1 of the batch is null; metrics need an output in each row");
    assertThatThrownBy(() -> OutputArrays.join(Arrays.asList(null, 1), manager))
        .hasMessageStartingWith("the output of row 0 of the batch is null; ");
    assertThatThrownBy(() -> OutputArrays.join(List.of(new float[] {1}, new double[] {1}), manager))
        .hasMessage(
            "the output of row 1 of the batch is a double[], and that of the first row a float[];"
                + " metrics need the same type in each row");
    assertThatThrownBy(() -> OutputArrays.join(List.of(new float[1], new float[2]), manager))
        .hasMessageContaining("the output of row 1 of the batch has the shape (2), and that of");
    assertThatThrownBy(() -> OutputArrays.join(List.of(new NDList(), new NDList()), manager))
        .hasMessageContaining("an output of the batch has 0 arrays; metrics need one");
  }
}
