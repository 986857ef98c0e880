package io.ostinato.plot;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes SVG. Text and values of attributes are escaped. */
final class Svg {
  private static final int WIDE = 0x1100; // from here on, letters are often as wide as high
  private final StringBuilder text = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element, with attributes as names and values. */
  Svg begin(String element, Object... attributes) {
    tag(element, attributes).append('>');
    open.push(element);
    return this;
  }

  /** Closes the element that was opened last. */
  Svg end() {
    text.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Writes an element without content. */
  Svg element(String element, Object... attributes) {
    tag(element, attributes).append("/>");
    return this;
  }

  /** Writes an element that contains text. */
  Svg text(String element, String content, Object... attributes) {
    tag(element, attributes).append('>').append(escaped(content));
    text.append("</").append(element).append('>');
    return this;
  }

  Svg line() {
    text.append('\n');
    return this;
  }

  private StringBuilder tag(String element, Object... attributes) {
    text.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      Object value = attributes[i + 1];
      String written =
          value instanceof Double number ? NumberText.coordinate(number) : value.toString();
      text.append(' ').append(attributes[i]).append("=\"").append(escaped(written)).append('"');
    }
    return text;
  }

  /** Replaces what has a meaning in XML, and characters that it can't contain. */
  static String escaped(String raw) {
    StringBuilder escaped = new StringBuilder();
    raw.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isAllowed(c) ? c : '\ufffd');
              }
            });
    return escaped.toString();
  }

  private static boolean isAllowed(int c) {
    boolean isControl = c < ' ' || c >= 0x7f && c < 0xa0;
    boolean isHalf = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return !isControl && !isHalf && c != 0xfffe && c != 0xffff;
  }

  /** The text, shortened to about this width. */
  static String fitted(String text, double pixels, double fontSize) {
    if (width(text, fontSize) <= pixels) {
      return text;
    }
    int end = 0;
    double used = width("…", fontSize);
    while (end < text.length()) {
      String next = Character.toString(text.codePointAt(end));
      used += width(next, fontSize);
      if (used > pixels) {
        break;
      }
      end += next.length();
    }
    return text.substring(0, end) + "…";
  }

  /** About the width of a text in pixels; fonts differ. */
  static double width(String text, double fontSize) {
    return text.codePoints().mapToDouble(c -> c < WIDE ? 0.58 : 1.05).sum() * fontSize;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
