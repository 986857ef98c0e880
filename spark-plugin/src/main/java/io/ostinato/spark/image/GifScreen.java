package io.ostinato.spark.image;

import java.nio.charset.StandardCharsets;

/**
 * The screen of a GIF file, of which its first picture can be a part. The rest has the transparent
 * index, or else index 0, as in Pillow.
 *
 * @param height number of pixels, at least to the end of the picture
 * @param width number of pixels, at least to the end of the picture
 * @param top the first row of the picture
 * @param left the first column of the picture
 * @param background the index of what the picture doesn't cover
 */
record GifScreen(int height, int width, int top, int left, int background) {
  private static final int HEADER_BYTES = 13;
  private static final int EXTENSION = 0x21;
  private static final int CONTROL = 0xF9;
  private static final int PICTURE = 0x2C;

  static boolean isGif(byte[] bytes) {
    return bytes.length > HEADER_BYTES
        && new String(bytes, 0, 4, StandardCharsets.ISO_8859_1).equals("GIF8");
  }

  /**
   * Reads up to the first picture.
   *
   * @throws IndexOutOfBoundsException if the file is truncated before it
   */
  static GifScreen of(byte[] bytes) {
    int flags = bytes[10];
    int at = HEADER_BYTES + ((flags & 0x80) == 0 ? 0 : 3 << (flags & 7) + 1);
    int background = 0;
    while (at(bytes, at) != PICTURE) {
      if (at(bytes, at) != EXTENSION) {
        at++; // as Pillow, which skips what is between blocks
        continue;
      }
      if (at(bytes, at + 1) == CONTROL && (at(bytes, at + 3) & 1) != 0) {
        background = at(bytes, at + 6);
      }
      at += 2;
      while (at(bytes, at) != 0) {
        at += 1 + at(bytes, at);
      }
      at++;
    }
    int left = number(bytes, at + 1);
    int top = number(bytes, at + 3);
    return new GifScreen(
        Math.max(number(bytes, 8), top + number(bytes, at + 7)),
        Math.max(number(bytes, 6), left + number(bytes, at + 5)),
        top,
        left,
        background);
  }

  /**
   * Puts the picture on the screen.
   *
   * @param rest the pixel of the background
   */
  Pixels with(Pixels picture, byte[] rest) {
    if (picture.height() == height && picture.width() == width) {
      return picture;
    }
    Pixels screen = picture.blank(height, width);
    for (int i = 0; i < screen.samples().length; i++) {
      screen.samples()[i] = rest[i % rest.length];
    }
    for (int y = 0; y < picture.height(); y++) {
      System.arraycopy(
          picture.samples(),
          y * picture.stride(),
          screen.samples(),
          (top + y) * screen.stride() + left * screen.channels(),
          picture.stride());
    }
    return screen;
  }

  private static int number(byte[] bytes, int at) {
    return at(bytes, at) | at(bytes, at + 1) << 8;
  }

  private static int at(byte[] bytes, int index) {
    return bytes[index] & 0xff;
  }
}
