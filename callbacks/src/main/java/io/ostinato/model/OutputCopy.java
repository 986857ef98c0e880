package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.ostinato.weights.HostArray;

/** Copies of a model's outputs on the host. */
public final class OutputCopy {
  private OutputCopy() {}

  /**
   * A copy of an array. One of bfloat16 becomes float32, which has all its values: DJL can read
   * arrays of bfloat16, but aborts the process when it makes one.
   */
  public static HostArray of(String name, NDArray array) {
    HostArray copy = HostArray.copyOf(name, array);
    return copy.dataType() == DataType.BFLOAT16
        ? HostArray.of(name, DataType.FLOAT32, copy.shape(), widened(copy.bytes()))
        : copy;
  }

  /** The upper half of a float32 is the bfloat16; little-endian. */
  private static byte[] widened(byte[] halves) {
    byte[] wholes = new byte[Math.multiplyExact(2, halves.length)];
    for (int i = 0; i < halves.length; i += 2) {
      wholes[2 * i + 2] = halves[i];
      wholes[2 * i + 3] = halves[i + 1];
    }
    return wholes;
  }
}
