package io.ostinato.text;

import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Text of users and files as messages show it: on one line, without characters that control a
 * terminal, and of limited length.
 */
public final class Excerpt {
  /** The number of characters of a value, name or key that is shown. */
  public static final int MOST_CHARACTERS = 200;

  /** The number of characters of a whole message. */
  private static final int MOST_OF_MESSAGE = 2_000;

  /** What is kept of the end of a message that is too long, since the remedy is there. */
  private static final int END_OF_MESSAGE = 500;

  private static final int MOST_LINES = 200;

  private static final String MORE = "… (%,d characters)";

  private Excerpt() {}

  /**
   * A value, name or key. If it is too long, its beginning and its length, such as {@code aaa…
   * (200,000 characters)}. Line breaks and control characters are escaped, as in {@code \n} and
   * {@code \u001b}.
   */
  public static String of(String text) {
    String shown = beginning(text, MOST_CHARACTERS + 1);
    return shown.length() <= MOST_CHARACTERS
        ? shown
        : beginning(text, MOST_CHARACTERS) + length(text);
  }

  /** A message on one line. If it is too long, its middle is left out. */
  public static String ofMessage(String message) {
    String shown = beginning(message, MOST_OF_MESSAGE + 1);
    return shown.length() <= MOST_OF_MESSAGE
        ? shown
        : beginning(message, MOST_OF_MESSAGE - END_OF_MESSAGE)
            + length(message)
            + " …"
            + end(message, END_OF_MESSAGE);
  }

  /** Like {@link #ofMessage} for each line of a message. If it has too many lines, the first. */
  public static String ofLines(String message) {
    String lines =
        message.lines().limit(MOST_LINES).map(Excerpt::ofMessage).collect(Collectors.joining("\n"));
    return message.lines().skip(MOST_LINES).findAny().isPresent() ? lines + "\n…" : lines;
  }

  /** At most this many characters of the beginning, counted once they are escaped. */
  private static String beginning(String text, int most) {
    String shown = visible(text.substring(0, whole(text, Math.min(text.length(), most))));
    return shown.substring(0, whole(shown, Math.min(shown.length(), most)));
  }

  private static String end(String text, int most) {
    String shown = visible(text.substring(whole(text, Math.max(0, text.length() - most))));
    return shown.substring(whole(shown, Math.max(0, shown.length() - most)));
  }

  private static String length(String text) {
    return String.format(Locale.ROOT, MORE, text.length());
  }

  /** This index, or the one before it if it is within a pair of surrogates. */
  private static int whole(String text, int index) {
    boolean isWithin =
        index > 0
            && index < text.length()
            && Character.isHighSurrogate(text.charAt(index - 1))
            && Character.isLowSurrogate(text.charAt(index));
    return isWithin ? index - 1 : index;
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (isControl(point)) {
                visible.append(escaped(point));
              } else {
                visible.appendCodePoint(point);
              }
            });
    return visible.toString();
  }

  /** Control characters, line separators, marks of direction, and halves of surrogate pairs. */
  private static boolean isControl(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String escaped(int point) {
    return switch (point) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, point > 0xffff ? "\\U%08x" : "\\u%04x", point);
    };
  }
}
