package io.ostinato.spark.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Decodes files of the formats that ImageIO reads to RGB, as Pillow's {@code convert("RGB")}. */
final class ImageDecoder {
  private ImageDecoder() {}

  /**
   * Decodes the first image of a file.
   *
   * @throws IllegalArgumentException if there is none, it is damaged, or it has more pixels; says
   *     why
   */
  static Pixels decode(byte[] bytes, long maxPixels) {
    return decode(bytes, maxPixels, ImageDecoder::colors);
  }

  /**
   * Decodes the first image of a file to one channel: the indices of its palette, or its gray.
   *
   * @throws IllegalArgumentException as for {@link #decode(byte[], long)}, or if the image has
   *     colours without a palette, is compressed with loss, or has more than 8 bits
   */
  static Pixels decodeClasses(byte[] bytes, long maxPixels) {
    if (JpegMarkers.isJpeg(bytes)) {
      throw new IllegalArgumentException(
          "is a JPEG image, which doesn't keep classes exactly; use PNG");
    }
    return decode(bytes, maxPixels, ImageDecoder::classes);
  }

  /** Reads an image of a reader; has the whole file, too. */
  private interface Reading {
    Pixels of(ImageReader reader, byte[] bytes) throws IOException;
  }

  private static Pixels decode(byte[] bytes, long maxPixels, Reading reading) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("has no bytes; expected an encoded image");
    }
    byte[] needed = PngChunks.isPng(bytes) ? PngChunks.withoutMetadata(bytes) : bytes;
    try (ImageInputStream input = new ByteInput(needed)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(input);
      if (!readers.hasNext()) {
        throw new IllegalArgumentException(unknownFormat(bytes));
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(input, true, true);
        checkSize(reader.getHeight(0), reader.getWidth(0), maxPixels);
        if (GifScreen.isGif(bytes)) {
          GifScreen screen = GifScreen.of(bytes);
          checkSize(screen.height(), screen.width(), maxPixels);
        }
        return Orientation.of(bytes).apply(reading.of(reader, bytes));
      } finally {
        reader.dispose();
      }
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // any that ImageIO throws for damaged files
      throw damaged(e);
    }
  }

  private static void checkSize(long height, long width, long maxPixels) {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("has %s x %s pixels".formatted(height, width));
    }
    if (height > maxPixels / width) {
      throw new IllegalArgumentException(
          "has %s x %s pixels, %s".formatted(height, width, PixelLimit.exceeded(maxPixels)));
    }
  }

  private static Pixels classes(ImageReader reader, byte[] bytes) throws IOException {
    boolean isPng = PngChunks.isPng(bytes);
    if (isPng) {
      PngChunks.check(bytes);
    }
    Pixels classes = RasterPixels.classes(reader.read(0), isPng && PngChunks.isGray(bytes));
    if (GifScreen.isGif(bytes)) {
      GifScreen screen = GifScreen.of(bytes);
      return screen.with(classes, new byte[] {(byte) screen.background()});
    }
    return classes;
  }

  private static Pixels colors(ImageReader reader, byte[] bytes) throws IOException {
    if (JpegMarkers.isJpeg(bytes) && reader.canReadRaster()) {
      return new JpegColors(JpegMarkers.of(bytes)).rgb(reader.readRaster(0, null));
    }
    boolean isPng = PngChunks.isPng(bytes);
    if (isPng) {
      PngChunks.check(bytes);
    }
    BufferedImage image = reader.read(0);
    Pixels colors = RasterPixels.rgb(image, isPng && PngChunks.isGray(bytes));
    if (GifScreen.isGif(bytes)) {
      GifScreen screen = GifScreen.of(bytes);
      return screen.with(colors, RasterPixels.rgb(image.getColorModel(), screen.background()));
    }
    return colors;
  }

  private static IllegalArgumentException damaged(Exception why) {
    return new IllegalArgumentException("the image is damaged: " + why, why);
  }

  private static String unknownFormat(byte[] bytes) {
    String start = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(8, bytes.length));
    return "is %s; expected one of %s; convert it"
        .formatted(
            isWebp(bytes) ? "a WebP image" : "not an image: it begins with " + start,
            String.join(", ", formats()));
  }

  private static boolean isWebp(byte[] bytes) {
    return bytes.length > 12 && new String(bytes, 8, 4, StandardCharsets.ISO_8859_1).equals("WEBP");
  }

  private static List<String> formats() {
    return Stream.of(ImageIO.getReaderFileSuffixes())
        .map(name -> name.toLowerCase(Locale.ROOT))
        .distinct()
        .sorted()
        .toList();
  }
}
