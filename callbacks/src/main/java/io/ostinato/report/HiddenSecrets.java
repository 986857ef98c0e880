package io.ostinato.report;

import java.util.regex.Pattern;

/** Hides values that are secret by the names of their keys, since reports are sent to others. */
final class HiddenSecrets {
  private static final String HIDDEN = "(hidden)";

  private static final String NAMES =
      "(?:secret|passw(?:or)?d|token|credentials?|(?:access|secret|api|account)[._-]?key)";

  /** A key whose last word is such a name, and its value up to the end of the entry. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "(?i)(?<![\\w.-])([\\w.-]*"
              + NAMES
              + "(?:\\.[\\w.-]+)?[\"']?[ \\t]*[=:][ \\t]*)"
              + "(?:\"[^\"\\r\\n]*\"|'[^'\\r\\n]*'|[^,}&\\r\\n]+)");

  private static final Pattern IN_URI = Pattern.compile("(://[^/\\s:@]+:)[^@/\\s]+@");

  private static final Pattern NAME = Pattern.compile("(?i).*" + NAMES + "(?:\\.[\\w.-]+)?");

  private HiddenSecrets() {}

  /** A text with entries such as {@code password=…}. */
  static String in(String text) {
    String entries = ENTRY.matcher(text).replaceAll("$1" + HIDDEN);
    return IN_URI.matcher(entries).replaceAll("$1" + HIDDEN + "@");
  }

  /** The value of a key. */
  static String in(String key, String value) {
    return NAME.matcher(key).matches() && !value.isEmpty() ? HIDDEN : in(value);
  }
}
