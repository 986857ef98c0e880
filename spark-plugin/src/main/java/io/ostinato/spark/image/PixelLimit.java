package io.ostinato.spark.image;

/** The limit on the number of pixels of an image. */
final class PixelLimit {
  private static final String KEY = "spark.ostinato.images.maxPixels";

  private PixelLimit() {}

  /** What is exceeded, and the remedy. */
  static String exceeded(long maxPixels) {
    return "more than the %s pixels of %s; raise it and the executors' memory, or drop such images"
        .formatted(maxPixels, KEY);
  }
}
