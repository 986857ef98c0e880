package io.ostinato.spark.image;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.image.ImageForm.Colors;

/** Converts as torchvision's {@code Grayscale} does: ITU-R 601-2 luma, rounded. */
@Kind(name = "grayscale", value = "Converts to the luma of ITU-R 601-2.")
record Grayscale(@Key(value = "Number of equal channels, 1 or 3.", byDefault = "1") int channels)
    implements PixelStep {
  private static final int RED = 19595;
  private static final int GREEN = 38470;
  private static final int BLUE = 7471;

  Grayscale {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "'channels' of grayscale must be 1 or 3; given: " + channels);
    }
  }

  @Override
  public ImageForm afterPixels(ImageForm before) {
    if (before.colors() == Colors.BGR) {
      throw misplaced("before channel_order");
    }
    return before.colors(channels == 1 ? Colors.GRAY : Colors.RGB);
  }

  @Override
  public Pixels apply(Pixels image) {
    if (image.channels() == channels && channels == 1) {
      return image;
    }
    Pixels result = Pixels.blank(image.height(), image.width(), channels);
    int to = 0;
    int blue = image.channels() - 1;
    for (int from = 0; from < image.samples().length; from += image.channels()) {
      int luma =
          (image.samples()[from] & 0xff) * RED
              + (image.samples()[from + blue / 2] & 0xff) * GREEN
              + (image.samples()[from + blue] & 0xff) * BLUE
              + 0x8000;
      for (int c = 0; c < channels; c++) {
        result.samples()[to++] = (byte) (luma >> 16);
      }
    }
    return result;
  }
}
