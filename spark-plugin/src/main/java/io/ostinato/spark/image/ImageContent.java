package io.ostinato.spark.image;

import org.apache.spark.sql.Row;

/** What the pixels of an image mean, and so how they are read. */
enum ImageContent {
  /** Colours, as RGB. */
  COLORS {
    @Override
    Pixels ofFile(byte[] bytes, long maxPixels) {
      return ImageDecoder.decode(bytes, maxPixels);
    }

    @Override
    Pixels ofSpark(Row row, long maxPixels) {
      return SparkImage.of(row, maxPixels);
    }
  },

  /** Classes, as one channel: the indices of a palette, or levels of gray. */
  CLASSES {
    @Override
    Pixels ofFile(byte[] bytes, long maxPixels) {
      return ImageDecoder.decodeClasses(bytes, maxPixels);
    }

    @Override
    Pixels ofSpark(Row row, long maxPixels) {
      return SparkImage.ofGray(row, maxPixels);
    }
  };

  /**
   * Decodes a file.
   *
   * @throws IllegalArgumentException if it has no such image; says why
   */
  abstract Pixels ofFile(byte[] bytes, long maxPixels);

  /**
   * Reads a row of Spark's source {@code image}.
   *
   * @throws IllegalArgumentException if it has no such image; says why
   */
  abstract Pixels ofSpark(Row row, long maxPixels);
}
