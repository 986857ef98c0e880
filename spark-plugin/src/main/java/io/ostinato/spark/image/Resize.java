package io.ostinato.spark.image;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/** Resizes as torchvision's {@code Resize} does to images of Pillow. */
@Kind(
    name = "resize",
    value = "Resizes with antialiasing: the shorter side to a size, or to height x width.")
record Resize(
    @Key("Size of the shorter side, or height x width, such as `224x336`.") PixelSize size,
    @Key(value = "How new pixels are computed.", byDefault = "bilinear")
        Interpolation interpolation)
    implements PixelStep {

  @Override
  public ImageForm afterPixels(ImageForm before) {
    if (!size.isOneNumber()) {
      return before.size(size.height(), size.width());
    }
    if (!before.hasKnownSize()) {
      return before.size(ImageForm.UNKNOWN, ImageForm.UNKNOWN);
    }
    int height = before.height();
    int width = before.width();
    return width <= height
        ? before.size(longer(height, width), size.width())
        : before.size(size.height(), longer(width, height));
  }

  /** The longer side, rounded down; at most that of an array. */
  private int longer(int longSide, int shortSide) {
    return (int) ((double) size.height() * longSide / shortSide);
  }

  @Override
  public Pixels apply(Pixels image) {
    ImageForm after = afterPixels(ImageForm.decoded(image.height(), image.width()));
    return Resampling.resize(image, after.height(), after.width(), interpolation);
  }
}
