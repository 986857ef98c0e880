package io.ostinato.notebook.display;

/** Text in HTML. */
public final class Html {
  private Html() {}

  /**
   * Escapes text for the content of an element or a quoted attribute. Control characters, which
   * HTML doesn't allow, become U+FFFD.
   */
  public static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(character -> append(escaped, character));
    return escaped.toString();
  }

  /**
   * HTML for Zeppelin's {@code %html} display. A line of it that begins with a percent sign, such
   * as {@code %angular}, would otherwise start another display.
   */
  public static String toZeppelin(String html) {
    return "%html " + html.replace("\n%", "\n&#37;");
  }

  private static void append(StringBuilder escaped, int character) {
    switch (character) {
      case '&' -> escaped.append("&amp;");
      case '<' -> escaped.append("&lt;");
      case '>' -> escaped.append("&gt;");
      case '"' -> escaped.append("&quot;");
      case '\'' -> escaped.append("&#39;");
      case '\n', '\t' -> escaped.appendCodePoint(character);
      default -> escaped.appendCodePoint(Character.isISOControl(character) ? 0xFFFD : character);
    }
  }
}
