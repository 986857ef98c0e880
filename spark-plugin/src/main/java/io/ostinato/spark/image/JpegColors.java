package io.ostinato.spark.image;

import io.ostinato.spark.image.JpegMarkers.Samples;
import java.awt.image.Raster;

/**
 * Converts the samples of a JPEG file to RGB in the integer arithmetic of libjpeg, and CMYK as
 * Pillow does. ImageIO's own conversions depend on embedded colour profiles, and it has none for
 * CMYK.
 */
final class JpegColors {
  private static final int BITS = 16;
  private static final int HALF = 1 << (BITS - 1);
  private static final int CR_TO_RED = fixed(1.40200);
  private static final int CR_TO_GREEN = fixed(0.71414);
  private static final int CB_TO_GREEN = fixed(0.34414);
  private static final int CB_TO_BLUE = fixed(1.77200);

  private final JpegMarkers markers;
  private final Samples samples;

  JpegColors(JpegMarkers markers) {
    this.markers = markers;
    this.samples = markers.samples();
  }

  /**
   * The image of a raster.
   *
   * @param raster the samples as they are stored
   */
  Pixels rgb(Raster raster) {
    if (raster.getNumBands() != markers.components().length) {
      throw new IllegalArgumentException(
          "the JPEG image has %s components, of which %s were read"
              .formatted(markers.components().length, raster.getNumBands()));
    }
    Pixels image = Pixels.blank(raster.getHeight(), raster.getWidth(), 3);
    int bands = raster.getNumBands();
    int[] row = new int[raster.getWidth() * bands];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
      for (int from = 0; from < row.length; from += bands) {
        put(row, from, image.samples(), to);
        to += 3;
      }
    }
    return image;
  }

  private void put(int[] row, int from, byte[] rgb, int to) {
    switch (samples) {
      case GRAY -> put(rgb, to, row[from], row[from], row[from]);
      case RGB -> put(rgb, to, row[from], row[from + 1], row[from + 2]);
      case YCC -> putYcc(row, from, rgb, to);
      case CMYK -> putCmyk(row, from, rgb, to);
      case YCCK -> {
        byte[] ink = new byte[3];
        putYcc(row, from, ink, 0);
        for (int c = 0; c < ink.length; c++) {
          row[from + c] = 255 - (ink[c] & 0xff);
        }
        putCmyk(row, from, rgb, to);
      }
    }
  }

  private static void putYcc(int[] row, int from, byte[] rgb, int to) {
    int y = row[from];
    int cb = row[from + 1] - 128;
    int cr = row[from + 2] - 128;
    put(
        rgb,
        to,
        y + (CR_TO_RED * cr + HALF >> BITS),
        y + (HALF - CB_TO_GREEN * cb - CR_TO_GREEN * cr >> BITS),
        y + (CB_TO_BLUE * cb + HALF >> BITS));
  }

  /** Inks are inverted, as Adobe writes them; Pillow assumes so without Adobe's marker, too. */
  private static void putCmyk(int[] row, int from, byte[] rgb, int to) {
    int light = row[from + 3];
    put(
        rgb,
        to,
        light - product(255 - row[from], light),
        light - product(255 - row[from + 1], light),
        light - product(255 - row[from + 2], light));
  }

  /** The product of two shares of 255, rounded. */
  private static int product(int a, int b) {
    int product = a * b + 128;
    return (product >> 8) + product >> 8;
  }

  private static int fixed(double factor) {
    return (int) (factor * (1 << BITS) + 0.5);
  }

  private static void put(byte[] rgb, int to, int red, int green, int blue) {
    rgb[to] = clipped(red);
    rgb[to + 1] = clipped(green);
    rgb[to + 2] = clipped(blue);
  }

  private static byte clipped(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
