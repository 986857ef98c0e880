package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The positions of padded rows that are kept when the rows are run together: those from the first
 * to the last that is not padding in all rows, but at least one.
 *
 * @param from the first position
 * @param to the position after the last
 */
record PaddingCut(int from, int to) {

  /**
   * The positions at which some row has an element other than 0.
   *
   * @param mask int64 {@code (rows, length)}
   */
  static PaddingCut of(HostArray mask) {
    int length = (int) mask.shape().get(1);
    ByteBuffer elements = ByteBuffer.wrap(mask.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    int from = length;
    int to = 0;
    for (int i = 0; elements.hasRemaining(); i++) {
      if (elements.getLong() != 0) {
        from = Math.min(from, i % length);
        to = Math.max(to, i % length + 1);
      }
    }
    return to == 0 ? new PaddingCut(0, 1) : new PaddingCut(from, to);
  }

  /** Copies these positions of an array {@code (rows, length, ...)}. */
  HostArray copyOf(HostArray array) {
    Shape shape = array.shape();
    if (to - from == shape.get(1)) {
      return array;
    }
    long rows = shape.get(0);
    Shape cut = new Shape(rows, to - from).addAll(shape.slice(2));
    int positionBytes = (int) (array.sizeBytes() / rows / shape.get(1));
    int rowBytes = Math.multiplyExact(positionBytes, (int) shape.get(1));
    byte[] all = array.bytes();
    ByteBuffer kept = ByteBuffer.allocate((int) HostArray.sizeBytes(array.dataType(), cut));
    for (int row = 0; row < rows; row++) {
      kept.put(all, row * rowBytes + from * positionBytes, (to - from) * positionBytes);
    }
    return HostArray.of(array.name(), array.dataType(), cut, kept.array());
  }

  /** Copies these positions of an array {@code (rows, length, ...)}; its manager owns the copy. */
  NDArray copyOf(NDArray array) {
    if (to - from == array.getShape().get(1)) {
      return array.duplicate();
    }
    try (NDArray view = array.get(new NDIndex(":,{}:{}", from, to))) {
      return view.duplicate();
    }
  }
}
