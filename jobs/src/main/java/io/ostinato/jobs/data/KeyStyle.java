package io.ostinato.jobs.data;

import java.util.Set;

/** How messages name a setting: as an option of the command line, or as a key. */
public enum KeyStyle {
  /** {@code --model-output}. */
  OPTION,
  /** {@code model_output}. */
  KEY;

  private static final Set<String> REPEATED = Set.of("inputs", "metrics", "columns");

  /** The name of the setting with this key. */
  public String name(String key) {
    if (this == KEY) {
      return key;
    }
    // An option that can be repeated is named for one of its values.
    String one = REPEATED.contains(key) ? withoutLast(key) : key;
    return "--" + one.replace('_', '-');
  }

  /** The setting with a value, such as {@code --label label:int64}. */
  public String example(String key, String value) {
    return name(key) + (this == KEY ? ": " : " ") + value;
  }

  private static String withoutLast(String word) {
    return word.substring(0, word.length() - 1);
  }
}
