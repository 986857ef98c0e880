package io.ostinato.spark.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the markers of a JPEG file say of its colours.
 *
 * @param components the components of the frame, by their identifiers
 * @param isJfif whether it has the marker of JFIF
 * @param adobeTransform the transform in Adobe's marker; -1 without the marker
 */
record JpegMarkers(int[] components, boolean isJfif, int adobeTransform) {
  private static final int START = 0xD8;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int APP0 = 0xE0;
  private static final int APP14 = 0xEE;

  /** Tables and a reserved marker among those of frames. */
  private static final int[] NO_FRAMES = {0xC4, 0xC8, 0xCC};

  /** The samples that the components stand for. */
  enum Samples {
    GRAY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

  static boolean isJpeg(byte[] bytes) {
    return bytes.length > 2
        && at(bytes, 0) == 0xFF
        && at(bytes, 1) == START
        && at(bytes, 2) == 0xFF;
  }

  /**
   * Reads the markers before the first scan.
   *
   * @throws IllegalArgumentException if the file is truncated, before the scan or within it
   */
  static JpegMarkers of(byte[] bytes) {
    int[] components = {};
    boolean isJfif = false;
    int adobe = -1;
    int at = 2;
    while (true) {
      while (at < bytes.length && at(bytes, at) != 0xFF) {
        at++; // as libjpeg, which skips what is between markers
      }
      while (at < bytes.length && at(bytes, at) == 0xFF) {
        at++;
      }
      if (at + 2 >= bytes.length) {
        throw truncated(bytes);
      }
      int marker = at(bytes, at);
      int from = at + 3;
      int to = at + 1 + (at(bytes, at + 1) << 8 | at(bytes, at + 2));
      if (to > bytes.length) {
        throw truncated(bytes);
      }
      if (marker == SCAN) {
        requireEnd(bytes, to);
        return new JpegMarkers(components, isJfif, adobe);
      } else if (isFrame(marker)) {
        components = components(bytes, from, to);
      } else if (marker == APP0) {
        isJfif |= startsWith("JFIF\0", bytes, from, to);
      } else if (marker == APP14 && to - from >= 12 && startsWith("Adobe", bytes, from, to)) {
        adobe = at(bytes, from + 11);
      }
      at = to;
    }
  }

  /** What libjpeg assumes. */
  Samples samples() {
    return switch (components.length) {
      case 1 -> Samples.GRAY;
      case 3 -> isRgb() ? Samples.RGB : Samples.YCC;
      case 4 -> adobeTransform > 0 ? Samples.YCCK : Samples.CMYK;
      default ->
          throw new IllegalArgumentException(
              "the JPEG image has %s components; expected 1, 3 or 4".formatted(components.length));
    };
  }

  private boolean isRgb() {
    if (isJfif) {
      return false;
    }
    return adobeTransform >= 0
        ? adobeTransform == 0
        : Arrays.equals(components, new int[] {'R', 'G', 'B'});
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0
        && marker <= 0xCF
        && Arrays.stream(NO_FRAMES).noneMatch(other -> other == marker);
  }

  private static int[] components(byte[] bytes, int from, int to) {
    int count = to - from < 6 ? 0 : at(bytes, from + 5);
    if (to - from < 6 + 3 * count) {
      throw truncated(bytes);
    }
    int[] components = new int[count];
    for (int c = 0; c < count; c++) {
      components[c] = at(bytes, from + 6 + 3 * c);
    }
    return components;
  }

  /** Requires the marker of the end, which no compressed samples contain. */
  private static void requireEnd(byte[] bytes, int from) {
    for (int at = bytes.length - 2; at >= from; at--) {
      if (at(bytes, at) == 0xFF && at(bytes, at + 1) == END) {
        return;
      }
    }
    throw truncated(bytes);
  }

  private static boolean startsWith(String text, byte[] bytes, int from, int to) {
    byte[] start = text.getBytes(StandardCharsets.US_ASCII);
    return to - from >= start.length
        && Arrays.equals(bytes, from, from + start.length, start, 0, start.length);
  }

  private static int at(byte[] bytes, int index) {
    return bytes[index] & 0xff;
  }

  private static IllegalArgumentException truncated(byte[] bytes) {
    return new IllegalArgumentException(
        "the JPEG image is truncated after %s bytes".formatted(bytes.length));
  }
}
