package io.ostinato.spark.image;

import java.util.Arrays;

/**
 * Resizes images with the numbers of Pillow's {@code Image.resize}: rows and columns in turn, each
 * rounded to 8 bits. A dimension that keeps its size is not filtered.
 */
final class Resampling {
  private static final int HALF = 1 << (FilterWeights.BITS - 1);

  private Resampling() {}

  static Pixels resize(Pixels image, int height, int width, Interpolation filter) {
    if (filter == Interpolation.NEAREST) {
      return nearest(image, height, width);
    }
    if (areColumnsFirst(image.height() - height, image.width() - width)) {
      return rows(columns(image, height, filter), width, filter);
    }
    return columns(rows(image, width, filter), height, filter);
  }

  /** As Pillow has it since version 13: if the height shrinks by more than twice as many pixels. */
  private static boolean areColumnsFirst(int fewerRows, int fewerColumns) {
    return fewerRows > 0 && fewerRows > 2L * fewerColumns;
  }

  private static Pixels nearest(Pixels image, int height, int width) {
    int channels = image.channels();
    Pixels result = image.blank(height, width);
    int[] rows = nearest(image.height(), height);
    int[] columns = nearest(image.width(), width);
    int to = 0;
    for (int row : rows) {
      for (int column : columns) {
        int from = row * image.stride() + column * channels;
        for (int c = 0; c < channels; c++) {
          result.samples()[to++] = image.samples()[from + c];
        }
      }
    }
    return result;
  }

  /** The original pixel of each new one. The position is a running sum, as in Pillow. */
  private static int[] nearest(int oldSize, int newSize) {
    int[] pixels = new int[newSize];
    double step = (double) oldSize / newSize;
    double position = step * 0.5;
    for (int i = 0; i < newSize; i++) {
      pixels[i] = Math.min(oldSize - 1, (int) position);
      position += step;
    }
    return pixels;
  }

  private static Pixels rows(Pixels image, int width, Interpolation interpolation) {
    if (width == image.width()) {
      return image;
    }
    FilterWeights filter = FilterWeights.of(image.width(), width, interpolation);
    Pixels result = image.blank(image.height(), width);
    for (int y = 0; y < image.height(); y++) {
      if (image.channels() == 3) {
        rowOfThree(image.samples(), y * image.stride(), filter, result.samples(), y * width * 3);
      } else {
        row(image, y, filter, result);
      }
    }
    return result;
  }

  private static void row(Pixels image, int y, FilterWeights filter, Pixels result) {
    int channels = image.channels();
    int to = y * result.stride();
    for (int x = 0; x < result.width(); x++) {
      int[] weights = filter.weights()[x];
      int from = y * image.stride() + filter.first()[x] * channels;
      for (int c = 0; c < channels; c++) {
        int sum = HALF;
        for (int k = 0, at = from + c; k < weights.length; k++, at += channels) {
          sum += (image.samples()[at] & 0xff) * weights[k];
        }
        result.samples()[to++] = rounded(sum);
      }
    }
  }

  /** As {@link #row}, with the sums of all channels at once. */
  private static void rowOfThree(byte[] in, int start, FilterWeights filter, byte[] out, int to) {
    int at = to;
    for (int x = 0; x < filter.weights().length; x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int from = start + filter.first()[x] * 3;
      for (int weight : filter.weights()[x]) {
        red += (in[from] & 0xff) * weight;
        green += (in[from + 1] & 0xff) * weight;
        blue += (in[from + 2] & 0xff) * weight;
        from += 3;
      }
      out[at++] = rounded(red);
      out[at++] = rounded(green);
      out[at++] = rounded(blue);
    }
  }

  private static Pixels columns(Pixels image, int height, Interpolation interpolation) {
    if (height == image.height()) {
      return image;
    }
    FilterWeights filter = FilterWeights.of(image.height(), height, interpolation);
    int stride = image.stride();
    Pixels result = image.blank(height, image.width());
    byte[] in = image.samples();
    int[] sums = new int[stride];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, HALF);
      int[] weights = filter.weights()[y];
      for (int k = 0; k < weights.length; k++) {
        int weight = weights[k];
        int from = (filter.first()[y] + k) * stride;
        for (int x = 0; x < stride; x++) {
          sums[x] += (in[from + x] & 0xff) * weight;
        }
      }
      for (int x = 0; x < stride; x++) {
        result.samples()[y * stride + x] = rounded(sums[x]);
      }
    }
    return result;
  }

  private static byte rounded(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> FilterWeights.BITS));
  }
}
