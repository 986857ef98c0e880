package io.ostinato.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/** The square of an array's Euclidean norm. */
public final class SquareSum {
  private SquareSum() {}

  /**
   * Summed in float64, so that it neither overflows nor loses small elements of float32; not finite
   * if an element isn't. This waits for the device.
   */
  public static double of(NDArray array) {
    try (NDManager scope = array.getManager().newSubManager()) {
      NDArray exact = array.toType(DataType.FLOAT64, true);
      exact.attach(scope);
      NDArray squares = exact.square();
      squares.attach(scope);
      NDArray sum = squares.sum();
      sum.attach(scope);
      return sum.getDouble();
    }
  }
}
