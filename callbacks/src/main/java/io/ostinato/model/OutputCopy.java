package io.ostinato.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.ostinato.weights.HostArray;

/** Copies a model's outputs to the host. */
public final class OutputCopy {
  private OutputCopy() {}

  /**
   * Copies an array. A bfloat16 array becomes float32, which represents all its values: DJL can
   * read bfloat16 arrays, but aborts the process when it creates one.
   */
  public static HostArray of(String name, NDArray array) {
    HostArray copy = HostArray.copyOf(name, array);
    return copy.dataType() == DataType.BFLOAT16
        ? HostArray.of(name, DataType.FLOAT32, copy.shape(), widened(copy.bytes()))
        : copy;
  }

  /** Widens bfloat16 to float32, whose upper half is the bfloat16; little-endian. */
  private static byte[] widened(byte[] halves) {
    byte[] wholes = new byte[Math.multiplyExact(2, halves.length)];
    for (int i = 0; i < halves.length; i += 2) {
      wholes[2 * i + 2] = halves[i];
      wholes[2 * i + 3] = halves[i + 1];
    }
    return wholes;
  }
}
