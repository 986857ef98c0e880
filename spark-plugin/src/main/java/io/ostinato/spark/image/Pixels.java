package io.ostinato.spark.image;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;

/**
 * An image of 8 bits per sample. Not copied: the samples must not be modified.
 *
 * @param channels 1 or 3
 * @param samples uint8 {@code (height, width, channels)}, in rows
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Pixels(int height, int width, int channels, byte[] samples) {
  Pixels {
    if (samples.length != Math.multiplyExact(Math.multiplyExact(height, width), channels)) {
      throw new IllegalArgumentException(
          "%s samples are not an image of %s x %s pixels with %s channels"
              .formatted(samples.length, height, width, channels));
    }
  }

  /** The image of an array, uint8 {@code (height, width, channels)}. */
  static Pixels of(NDArray array) {
    Shape shape = array.getShape();
    if (array.getDataType() != DataType.UINT8 || shape.dimension() != 3) {
      throw new IllegalArgumentException(
          "the array is %s %s; expected uint8 (height, width, channels)"
              .formatted(array.getDataType().toString(), shape));
    }
    return new Pixels(
        (int) shape.get(0), (int) shape.get(1), (int) shape.get(2), array.toByteArray());
  }

  /** A uint8 array {@code (height, width, channels)} of the manager. */
  NDArray array(NDManager manager) {
    return manager.create(
        ByteBuffer.wrap(samples), new Shape(height, width, channels), DataType.UINT8);
  }

  /** The first channel alone. */
  Pixels first() {
    byte[] first = new byte[height * width];
    for (int i = 0; i < first.length; i++) {
      first[i] = samples[i * channels];
    }
    return new Pixels(height, width, 1, first);
  }

  /** The number of bytes of a row. */
  int stride() {
    return width * channels;
  }

  /** An empty image with the channels of this one. */
  Pixels blank(int newHeight, int newWidth) {
    return blank(newHeight, newWidth, channels);
  }

  static Pixels blank(int height, int width, int channels) {
    int size = Math.multiplyExact(Math.multiplyExact(height, width), channels);
    return new Pixels(height, width, channels, new byte[size]);
  }
}
