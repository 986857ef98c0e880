package io.ostinato.spark.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Converts decoded images to RGB from their stored samples. {@code BufferedImage.getRGB} would
 * convert grey images from a linear colour space to sRGB, and apply embedded profiles.
 */
final class RasterPixels {
  /** Gray of 16 bits without alpha, which Pillow clips at 255. */
  private static final int[] CLIPPED = {};

  private RasterPixels() {}

  /**
   * The image without its alpha channel, whose colours are not blended with any background.
   *
   * @param isGray whether the file has no channel but gray, though ImageIO can add an alpha channel
   */
  static Pixels rgb(BufferedImage image, boolean isGray) {
    Raster raster = image.getRaster();
    ColorModel colors = image.getColorModel();
    return colors instanceof IndexColorModel palette
        ? ofPalette(raster, palette)
        : ofSamples(raster, colors, isGray || raster.getNumBands() == 1);
  }

  /**
   * The indices of the palette, or the levels of gray, from 0 to 255; 0 and 1 if there are two.
   *
   * @param isGray whether the file is gray, though ImageIO can read it with a palette of grays
   */
  static Pixels classes(BufferedImage image, boolean isGray) {
    Raster raster = image.getRaster();
    int bits = raster.getSampleModel().getSampleSize(0);
    boolean hasIndices = image.getColorModel() instanceof IndexColorModel && (!isGray || bits == 1);
    boolean hasColors = !hasIndices && !isGray && image.getColorModel().getNumColorComponents() > 1;
    if (hasColors || bits > 8) {
      throw new IllegalArgumentException(
          "has %s channels of %s bits; expected a palette or gray of up to 8 bits, whose values are"
                  .formatted(raster.getNumBands(), bits)
              + " classes");
    }
    if (!hasIndices) {
      return rgb(image, isGray).first();
    }
    Pixels classes = Pixels.blank(raster.getHeight(), raster.getWidth(), 1);
    int[] indices =
        raster.getSamples(
            raster.getMinX(),
            raster.getMinY(),
            raster.getWidth(),
            raster.getHeight(),
            0,
            (int[]) null);
    for (int i = 0; i < indices.length; i++) {
      classes.samples()[i] = (byte) indices[i];
    }
    return classes;
  }

  private static Pixels ofPalette(Raster raster, IndexColorModel palette) {
    byte[][] table = new byte[3][palette.getMapSize()];
    palette.getReds(table[0]);
    palette.getGreens(table[1]);
    palette.getBlues(table[2]);
    Pixels image = Pixels.blank(raster.getHeight(), raster.getWidth(), 3);
    int[] row = new int[raster.getWidth()];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(raster.getMinX(), raster.getMinY() + y, row.length, 1, 0, row);
      for (int index : row) {
        for (byte[] channel : table) {
          image.samples()[to++] = channel[index];
        }
      }
    }
    return image;
  }

  /** The colour with this index; black if the palette doesn't have it. */
  static byte[] rgb(ColorModel colors, int index) {
    return colors instanceof IndexColorModel palette && index < palette.getMapSize()
        ? new byte[] {
          (byte) palette.getRed(index),
          (byte) palette.getGreen(index),
          (byte) palette.getBlue(index)
        }
        : new byte[3];
  }

  private static Pixels ofSamples(Raster raster, ColorModel colors, boolean isGray) {
    int channels = colorsOf(colors);
    int[][] scales = new int[channels][];
    for (int c = 0; c < channels; c++) {
      int bits = raster.getSampleModel().getSampleSize(c);
      scales[c] = bits > 8 && isGray ? CLIPPED : scale(bits);
    }
    Pixels image = Pixels.blank(raster.getHeight(), raster.getWidth(), 3);
    int bands = raster.getNumBands();
    int[] row = new int[raster.getWidth() * bands];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        for (int c = 0; c < 3; c++) {
          int band = Math.min(c, channels - 1);
          image.samples()[to++] = to8Bits(row[from + band], scales[band]);
        }
      }
    }
    return image;
  }

  private static int colorsOf(ColorModel colors) {
    int type = colors.getColorSpace().getType();
    int most = colors.getComponentSize(0);
    if (type != ColorSpace.TYPE_RGB && type != ColorSpace.TYPE_GRAY || most > Short.SIZE) {
      throw new IllegalArgumentException(
          "the image has %s components of up to %s bits; expected RGB or gray of up to 16 bits"
              .formatted(colors.getNumColorComponents(), most));
    }
    return colors.getNumColorComponents();
  }

  /** The values of samples; of more than 8 bits, their high byte. */
  private static int[] scale(int bits) {
    int[] scale = new int[1 << bits];
    for (int i = 0; i < scale.length; i++) {
      scale[i] = bits > 8 ? i >> bits - 8 : i * 255 / (scale.length - 1);
    }
    return scale;
  }

  private static byte to8Bits(int sample, int[] scale) {
    return (byte) (scale == CLIPPED ? Math.min(255, sample) : scale[sample]);
  }
}
