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
