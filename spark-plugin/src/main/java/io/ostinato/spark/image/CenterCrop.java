package io.ostinato.spark.image;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/** Crops as torchvision's {@code CenterCrop} does. */
@Kind(
    name = "center_crop",
    value = "Crops the centre; a smaller image is first padded with black pixels.")
record CenterCrop(@Key("Size of a square, or height x width, such as `224x336`.") PixelSize size)
    implements PixelStep {

  @Override
  public ImageForm afterPixels(ImageForm before) {
    return before.size(size.height(), size.width());
  }

  @Override
  public Pixels apply(Pixels image) {
    Pixels result = image.blank(size.height(), size.width());
    int top = offset(image.height(), size.height());
    int left = offset(image.width(), size.width());
    int from = Math.max(0, left);
    int bytes = (Math.min(image.width(), left + size.width()) - from) * image.channels();
    for (int y = Math.max(0, top); y < Math.min(image.height(), top + size.height()); y++) {
      System.arraycopy(
          image.samples(),
          y * image.stride() + from * image.channels(),
          result.samples(),
          (y - top) * result.stride() + (from - left) * image.channels(),
          bytes);
    }
    return result;
  }

  /**
   * The first pixel of the crop, rounded half to even; negative if the image is padded, with the
   * odd pixel at the end.
   */
  private static int offset(int size, int crop) {
    return crop > size ? -((crop - size) / 2) : (int) Math.rint((size - crop) / 2.0);
  }
}
