package io.ostinato.spark.image;

/**
 * How new pixels are computed from those of the original, by the names of Pillow and torchvision.
 * All but {@link #NEAREST} are filters whose width grows with the factor by which an image shrinks.
 */
enum Interpolation {
  NEAREST(0),
  BOX(0.5),
  BILINEAR(1),
  HAMMING(1),
  /** With a = -0.5. */
  BICUBIC(2),
  /** With three lobes. */
  LANCZOS(3);

  private static final double A = -0.5;

  private final double support;

  Interpolation(double support) {
    this.support = support;
  }

  /** The distance from which the weight is 0, in pixels of the coarser of both images. */
  double support() {
    return support;
  }

  /** The weight of a pixel at a distance from the centre. */
  double weight(double distance) {
    double x = Math.abs(distance);
    return switch (this) {
      case NEAREST -> throw new IllegalStateException("nearest is not a filter");
      case BOX -> distance > -support && distance <= support ? 1 : 0;
      case BILINEAR -> x < 1 ? 1 - x : 0;
      case HAMMING -> x < 1 ? sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)) : 0;
      case BICUBIC -> cubic(x);
      case LANCZOS -> distance >= -support && distance < support ? sinc(x) * sinc(x / support) : 0;
    };
  }

  private static double cubic(double x) {
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  }
}
