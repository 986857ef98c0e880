package io.ostinato.progress;

/**
 * The number of terminal columns that a text occupies: two for wide characters of East Asian
 * scripts and for emoji, none for marks that combine with the preceding letter.
 */
final class TextWidth {
  private static final String GAP = "...";

  private TextWidth() {}

  static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  /** The text on one line: characters that move the cursor become spaces. */
  static String printable(String text) {
    return text.codePoints()
        .map(point -> Character.isISOControl(point) ? ' ' : point)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * The text in at most this many columns; the middle is cut out, since names differ at their ends.
   */
  static String shortened(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    if (columns <= GAP.length()) {
      return head(text, columns);
    }
    int kept = columns - GAP.length();
    return head(text, kept - kept / 2) + GAP + tail(text, kept / 2);
  }

  private static String head(String text, int columns) {
    int end = 0;
    int width = 0;
    while (end < text.length()) {
      int point = text.codePointAt(end);
      width += of(point);
      if (width > columns) {
        break;
      }
      end += Character.charCount(point);
    }
    return text.substring(0, end);
  }

  private static String tail(String text, int columns) {
    int start = text.length();
    int width = 0;
    while (start > 0) {
      int point = text.codePointBefore(start);
      width += of(point);
      if (width > columns) {
        break;
      }
      start -= Character.charCount(point);
    }
    return text.substring(start);
  }

  private static int of(int point) {
    int type = Character.getType(point);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    return isWide(point) ? 2 : 1;
  }

  /**
   * Covers the ranges of Unicode's East Asian Width in which all, or nearly all, characters are
   * wide.
   */
  private static boolean isWide(int point) {
    return point >= 0x1100
        && (point <= 0x115F
            || (point >= 0x2E80 && point <= 0xA4CF)
            || (point >= 0xAC00 && point <= 0xD7A3)
            || (point >= 0xF900 && point <= 0xFAFF)
            || (point >= 0xFE30 && point <= 0xFE6F)
            || (point >= 0xFF00 && point <= 0xFF60)
            || (point >= 0xFFE0 && point <= 0xFFE6)
            || (point >= 0x1F300 && point <= 0x1FAFF)
            || (point >= 0x20000 && point <= 0x3FFFD));
  }
}
