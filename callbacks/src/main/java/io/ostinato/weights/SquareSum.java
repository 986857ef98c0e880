package io.ostinato.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/** Computes the square of an array's Euclidean norm. */
public final class SquareSum {
  private SquareSum() {}

  /**
   * Sums the squares in float64, so that the sum neither overflows nor loses small float32
   * elements. The result is not finite if an element isn't. Waits for the device.
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
