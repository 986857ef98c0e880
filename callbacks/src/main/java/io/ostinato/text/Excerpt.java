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
    int end = Math.min(text.length(), MOST_CHARACTERS);
    String shown = visible(text.substring(0, whole(text, end)));
    return end == text.length() ? shown : shown + length(text);
  }

  /** A message on one line. If it is too long, its middle is left out. */
  public static String ofMessage(String message) {
    return visible(withoutMiddle(message));
  }

  /** Like {@link #ofMessage} for each line of a message. If it has too many lines, the first. */
  public static String ofLines(String message) {
    String lines =
        message.lines().limit(MOST_LINES).map(Excerpt::ofMessage).collect(Collectors.joining("\n"));
    return message.lines().skip(MOST_LINES).findAny().isPresent() ? lines + "\n…" : lines;
  }

  private static String withoutMiddle(String message) {
    if (message.length() <= MOST_OF_MESSAGE) {
      return message;
    }
    int end = message.length() - END_OF_MESSAGE;
    return message.substring(0, whole(message, MOST_OF_MESSAGE - END_OF_MESSAGE))
        + length(message)
        + " …"
        + message.substring(whole(message, end));
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
