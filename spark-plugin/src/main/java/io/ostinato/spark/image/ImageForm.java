package io.ostinato.spark.image;

import ai.djl.ndarray.types.DataType;
import java.util.List;

/**
 * What is known of an image between two transforms.
 *
 * @param height number of pixels; {@value #UNKNOWN} if it depends on the image
 * @param width number of pixels; {@value #UNKNOWN} if it depends on the image
 */
record ImageForm(int height, int width, Colors colors, Layout layout, DataType type) {
  static final int UNKNOWN = -1;

  /** The channels of an image, in order. */
  enum Colors {
    GRAY(1),
    RGB(3),
    BGR(3);

    private final int channels;

    Colors(int channels) {
      this.channels = channels;
    }
  }

  /** The order of dimensions: channels last, or channels first. */
  enum Layout {
    HWC,
    CHW
  }

  /** A decoded image. */
  static ImageForm decoded(int height, int width) {
    return new ImageForm(height, width, Colors.RGB, Layout.HWC, DataType.UINT8);
  }

  /** A decoded image of any size. */
  static ImageForm decoded() {
    return decoded(UNKNOWN, UNKNOWN);
  }

  ImageForm size(int newHeight, int newWidth) {
    return new ImageForm(newHeight, newWidth, colors, layout, type);
  }

  ImageForm colors(Colors newColors) {
    return new ImageForm(height, width, newColors, layout, type);
  }

  ImageForm tensor(Layout newLayout, DataType newType) {
    return new ImageForm(height, width, colors, newLayout, newType);
  }

  int channels() {
    return colors.channels;
  }

  /** Whether this is an image of 8 bits with the channels last, which has not become a tensor. */
  boolean isPixels() {
    return layout == Layout.HWC && type == DataType.UINT8;
  }

  boolean hasKnownSize() {
    return height != UNKNOWN && width != UNKNOWN;
  }

  /** The number of pixels; 0 if it depends on the image. */
  long pixels() {
    return hasKnownSize() ? (long) height * width : 0;
  }

  /** The shape, with {@value #UNKNOWN} for a dimension that depends on the image. */
  List<Long> dimensions() {
    long c = channels();
    return layout == Layout.HWC
        ? List.of((long) height, (long) width, c)
        : List.of(c, (long) height, (long) width);
  }

  /** Whether the shape can be this one. */
  boolean canBe(List<Long> shape) {
    List<Long> own = dimensions();
    boolean same = shape.size() == own.size();
    for (int i = 0; same && i < own.size(); i++) {
      same = own.get(i) == UNKNOWN || own.get(i).equals(shape.get(i));
    }
    return same;
  }

  /** As in {@code 224, 224}; {@code height, width} if they are unknown. */
  String sizeInWords() {
    return hasKnownSize() ? height + ", " + width : "height, width";
  }

  /** As in {@code float32 (3, 224, 224)}; {@code height} and {@code width} if they are unknown. */
  @Override
  public String toString() {
    return layout == Layout.HWC
        ? "%s (%s, %s)".formatted(type, sizeInWords(), channels())
        : "%s (%s, %s)".formatted(type, channels(), sizeInWords());
  }
}
