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
    if (array.getDataType() == DataType.UNKNOWN) { // bfloat16 of PyTorch
      try (NDArray wide = array.toType(DataType.FLOAT32, true)) {
        return HostArray.copyOf(name, wide);
      }
    }
    HostArray copy = HostArray.copyOf(name, array);
    return copy.dataType() == DataType.BFLOAT16 ? copy.widened() : copy;
  }
}
