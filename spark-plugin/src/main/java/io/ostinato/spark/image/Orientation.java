package io.ostinato.spark.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the stored rows of a TIFF image are turned and mirrored to show it, the tag 274 of its first
 * directory. Pillow applies it when it reads TIFF, but not for other formats.
 *
 * @param swaps whether stored columns are shown as rows
 * @param mirrorsRows whether the first stored row is shown last
 * @param mirrorsColumns whether the first stored column is shown last
 */
record Orientation(boolean swaps, boolean mirrorsRows, boolean mirrorsColumns) {
  private static final Orientation AS_STORED = new Orientation(false, false, false);
  private static final int LITTLE_ENDIAN = 0x49492A00;
  private static final int BIG_ENDIAN = 0x4D4D002A;
  private static final int TAG = 274;
  private static final int ENTRY_BYTES = 12;

  /** The place of the value in an entry. */
  private static final int VALUE = 8;

  /** That of a file; none if it isn't TIFF, or doesn't say. */
  static Orientation of(byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    int start = bytes.length < 8 ? 0 : file.getInt(0);
    if (start != LITTLE_ENDIAN && start != BIG_ENDIAN) {
      return AS_STORED;
    }
    file.order(start == BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    long directory = file.getInt(4) & 0xffffffffL;
    int entries = directory + 2 > bytes.length ? 0 : file.getShort((int) directory) & 0xffff;
    for (long at = directory + 2; entries > 0; entries--, at += ENTRY_BYTES) {
      if (at + ENTRY_BYTES <= bytes.length && (file.getShort((int) at) & 0xffff) == TAG) {
        return ofTag(file.getShort((int) at + VALUE));
      }
    }
    return AS_STORED;
  }

  private static Orientation ofTag(int value) {
    return switch (value) {
      case 2 -> new Orientation(false, false, true);
      case 3 -> new Orientation(false, true, true);
      case 4 -> new Orientation(false, true, false);
      case 5 -> new Orientation(true, false, false);
      case 6 -> new Orientation(true, true, false);
      case 7 -> new Orientation(true, true, true);
      case 8 -> new Orientation(true, false, true);
      default -> AS_STORED;
    };
  }

  /** The image as it is shown. */
  Pixels apply(Pixels stored) {
    if (equals(AS_STORED)) {
      return stored;
    }
    Pixels shown =
        swaps
            ? stored.blank(stored.width(), stored.height())
            : stored.blank(stored.height(), stored.width());
    int to = 0;
    for (int y = 0; y < shown.height(); y++) {
      for (int x = 0; x < shown.width(); x++) {
        int row = swaps ? x : y;
        int column = swaps ? y : x;
        int from =
            (mirrorsRows ? stored.height() - 1 - row : row) * stored.stride()
                + (mirrorsColumns ? stored.width() - 1 - column : column) * stored.channels();
        for (int c = 0; c < stored.channels(); c++) {
          shown.samples()[to++] = stored.samples()[from + c];
        }
      }
    }
    return shown;
  }
}
