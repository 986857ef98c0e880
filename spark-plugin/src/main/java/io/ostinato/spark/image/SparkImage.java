package io.ostinato.spark.image;

import io.ostinato.text.Excerpt;
import java.util.Arrays;
import java.util.Locale;
import org.apache.spark.sql.Row;

/** Images that Spark's source {@code image} has decoded: rows of gray, BGR or BGRA. */
final class SparkImage {
  /** What the source writes for a file that it can't decode. */
  private static final int UNDEFINED = -1;

  /** The bits of OpenCV's type that mean samples other than uint8. */
  private static final int DEPTH = 7;

  private SparkImage() {}

  /**
   * The image in RGB, without alpha.
   *
   * @throws IllegalArgumentException if the row holds no image; says why, and where it came from
   */
  static Pixels of(Row row, long maxPixels) {
    try {
      return rgb(row, maxPixels);
    } catch (IllegalArgumentException e) {
      boolean hasOrigin = Arrays.asList(row.schema().fieldNames()).contains("origin");
      Object origin = hasOrigin ? row.getAs("origin") : null;
      throw origin == null
          ? e
          : new IllegalArgumentException(
              "'%s': %s".formatted(Excerpt.of(origin.toString()), e.getMessage()), e);
    }
  }

  /**
   * An image with one channel, as that channel.
   *
   * @throws IllegalArgumentException as for {@link #of}, or if it has more channels
   */
  static Pixels ofGray(Row row, long maxPixels) {
    int channels = row.<Integer>getAs("nChannels");
    if (channels > 1) {
      throw new IllegalArgumentException(
          "has %s channels; expected gray, whose values are classes; read the files with the source"
                  .formatted(channels)
              + " binaryFile instead");
    }
    return of(row, maxPixels).first();
  }

  private static Pixels rgb(Row row, long maxPixels) {
    int height = row.<Integer>getAs("height");
    int width = row.<Integer>getAs("width");
    int channels = row.<Integer>getAs("nChannels");
    int mode = row.<Integer>getAs("mode");
    byte[] data = row.getAs("data");
    if (mode == UNDEFINED || height < 1 || width < 1) {
      throw new IllegalArgumentException("Spark could not decode the image");
    }
    if ((mode & DEPTH) != 0 || channels != 1 && channels != 3 && channels != 4) {
      throw new IllegalArgumentException(
          "has %s channels and the mode %s of OpenCV; expected 1, 3 or 4 channels of 8 bits"
              .formatted(channels, mode));
    }
    if ((long) height * width > maxPixels) {
      throw new IllegalArgumentException(
          "has %s x %s pixels, %s".formatted(height, width, PixelLimit.exceeded(maxPixels)));
    }
    if (data.length != (long) height * width * channels) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "has %d bytes; expected %d for %d x %d pixels with %d channels",
              data.length,
              (long) height * width * channels,
              height,
              width,
              channels));
    }
    return rgb(data, height, width, channels);
  }

  private static Pixels rgb(byte[] data, int height, int width, int channels) {
    Pixels image = Pixels.blank(height, width, 3);
    int red = Math.min(2, channels - 1);
    int to = 0;
    for (int from = 0; from < data.length; from += channels) {
      image.samples()[to++] = data[from + red];
      image.samples()[to++] = data[from + red / 2];
      image.samples()[to++] = data[from];
    }
    return image;
  }
}
