package io.ostinato.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hides values that are secret by the names of their keys, since reports are sent to others. */
final class HiddenSecrets {
  private static final String HIDDEN = "(hidden)";

  /** The last word of a key; numbers of tokens are no secrets. */
  private static final String NAMES =
      "(?:secrets?|passw(?:or)?ds?|passphrases?|pwd|token|(?<!(?:max|min|num|of)[._-]?)tokens"
          + "|credentials?|authorization"
          + "|(?:access|secret|api|account|private|shared)[._-]?keys?)";

  private static final String KEY = "[\\w.-]*" + NAMES + "(?:\\.[\\w.-]+)?[\"']?[ \\t]*";

  /** Another entry after a value, or the end of the collection that has it. */
  private static final String AFTER =
      ",[ \\t]*[\"']?[\\w.-]+[\"']?[ \\t]*(?::[ \\t]|=(?![=,\\s]|\\z))|&[\\w.-]+="
          + "|[}\\]][ \\t]*(?:[,}\\]\\r\\n]|\\z)|[\\r\\n]|\\z";

  private static final String VALUE =
      "(?:\"[^\"\\\\\\r\\n]*+(?:\\\\.[^\"\\\\\\r\\n]*+)*+\"|'[^'\\r\\n]*+(?:''[^'\\r\\n]*+)*+'"
          + "|\\[[^\\]\\r\\n]*+\\]|\\{[^}\\r\\n]*+\\}|[^\\s][^\\r\\n]*?(?="
          + AFTER
          + "))";

  /** A key whose last word is such a name, and its value up to the end of the entry. */
  private static final Pattern ENTRY =
      Pattern.compile("(?i)(?<![\\w.-])(" + KEY + "[=:][ \\t]*)" + VALUE);

  /** A line of YAML with such a key, after its indentation. */
  private static final Pattern LINE =
      Pattern.compile("(?i)([ \\t]*(?:-[ \\t]+)*)[\"']?" + KEY + ":[ \\t\\r]*(.*)", Pattern.DOTALL);

  private static final Pattern IN_URI = Pattern.compile("(://[^/\\s:@]*:)(?!\\d+/)[^@\\s\"']+@");

  private static final Pattern IN_QUERY =
      Pattern.compile("(?i)([?&;](?:sig|signature|x-amz-[\\w-]+)=)[^&;\\s\"']+");

  private static final Pattern NAME = Pattern.compile("(?i).*" + NAMES + "(?:[.\\[].*)?");

  private HiddenSecrets() {}

  /** A text with entries such as {@code password=…}, or YAML. */
  static String in(String text) {
    List<String> shown = new ArrayList<>();
    int secretAt = -1;
    for (String line : text.split("\n", -1)) {
      if (secretAt >= 0 && belongs(line, secretAt)) {
        continue;
      }
      Matcher secret = LINE.matcher(line);
      secretAt = secret.matches() ? secret.end(1) : -1;
      shown.add(secretAt >= 0 && secret.group(2).isEmpty() ? line + " " + HIDDEN : inLine(line));
    }
    return String.join("\n", shown);
  }

  /** The value of a key. */
  static String in(String key, String value) {
    return NAME.matcher(key).matches() && !value.isEmpty() ? HIDDEN : in(value);
  }

  private static String inLine(String line) {
    String entries = ENTRY.matcher(line).replaceAll("$1" + HIDDEN);
    String uris = IN_URI.matcher(entries).replaceAll("$1" + HIDDEN + "@");
    return IN_QUERY.matcher(uris).replaceAll("$1" + HIDDEN);
  }

  /** Whether a line continues the value of a key that is indented so far. */
  private static boolean belongs(String line, int indentation) {
    String text = line.stripLeading();
    int own = line.length() - text.length();
    return text.isEmpty()
        || own > indentation
        || (own == indentation && (text.startsWith("- ") || text.strip().equals("-")));
  }
}
