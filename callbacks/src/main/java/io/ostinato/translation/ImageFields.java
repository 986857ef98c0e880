package io.ostinato.translation;

import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import java.util.List;

/**
 * An image as Spark's source of images has it: origin, height, width, number of channels, OpenCV's
 * type, and the bytes of the pixels, row by row, in the order blue, green, red (and alpha).
 */
final class ImageFields {
  /** What its fields are. */
  static final List<ValueKind> FIELDS =
      List.of(
          ValueKind.TEXT,
          ValueKind.NUMBER,
          ValueKind.NUMBER,
          ValueKind.NUMBER,
          ValueKind.NUMBER,
          ValueKind.BYTES);

  private ImageFields() {}

  /**
   * Converts the fields; alpha is dropped.
   *
   * @throws IllegalArgumentException if the image is undefined, or its bytes don't match its size
   */
  static Image of(Object[] fields) {
    int height = (Integer) fields[1];
    int width = (Integer) fields[2];
    int channels = (Integer) fields[3];
    byte[] data = (byte[]) fields[5];
    if (height < 1 || width < 1 || !List.of(1, 3, 4).contains(channels)) {
      throw new IllegalArgumentException(
          "the image '%s' has %s × %s pixels of %s channels; Spark could not read it"
              .formatted(fields[0], width, height, channels));
    }
    if (data.length != (long) height * width * channels) {
      throw new IllegalArgumentException(
          "the image '%s' has %s bytes, but %s × %s pixels of %s channels"
              .formatted(fields[0], data.length, width, height, channels));
    }
    int[] pixels = new int[height * width];
    for (int i = 0; i < pixels.length; i++) {
      int at = i * channels;
      pixels[i] =
          channels == 1
              ? rgb(data[at], data[at], data[at])
              : rgb(data[at + 2], data[at + 1], data[at]);
    }
    return ImageFactory.getInstance().fromPixels(pixels, width, height);
  }

  private static int rgb(byte red, byte green, byte blue) {
    return 0xff << 24
        | Byte.toUnsignedInt(red) << 16
        | Byte.toUnsignedInt(green) << 8
        | Byte.toUnsignedInt(blue);
  }
}
