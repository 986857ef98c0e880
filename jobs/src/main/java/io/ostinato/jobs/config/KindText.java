package io.ostinato.jobs.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parses a kind and its keys on a command line: {@code mlp:outputs=10,hidden=[512,256]}. */
public final class KindText {
  private KindText() {}

  /** Converts the text to YAML; YAML or a kind alone is returned unchanged. */
  public static String yaml(String text) {
    int colon = text.indexOf(':');
    if (text.startsWith("{") || colon < 0) {
      return text;
    }
    List<String> pairs = new ArrayList<>(List.of("kind: " + text.substring(0, colon)));
    for (String pair : atCommas(text.substring(colon + 1))) {
      pairs.add(pair.replaceFirst("=", ": "));
    }
    return "{" + String.join(", ", pairs) + "}";
  }

  /**
   * Converts a kind and its keys, such as {@code 3,224,224,value=1}, to YAML.
   *
   * @param keys pairs of a key and its value; values without a key come first, and are those of
   *     {@code first}
   * @param others values of further keys, unless the keys set them too
   */
  public static String yaml(String kind, String first, String keys, Map<String, String> others) {
    List<String> pairs = new ArrayList<>(List.of("kind: " + kind));
    List<String> values = new ArrayList<>();
    Set<String> given = new HashSet<>();
    for (String part : keys.isEmpty() ? List.<String>of() : atCommas(keys)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        values.add(part);
      } else {
        given.add(part.substring(0, equals).strip());
        pairs.add(part.replaceFirst("=", ": "));
      }
    }
    if (!values.isEmpty()) {
      given.add(first);
      pairs.add(first + ": " + (values.size() == 1 ? values.get(0) : values));
    }
    others.forEach(
        (key, value) -> {
          if (!given.contains(key)) {
            pairs.add("%s: '%s'".formatted(key, value.replace("'", "''")));
          }
        });
    return "{" + String.join(", ", pairs) + "}";
  }

  /** Splits the text at commas that are not within brackets. */
  private static List<String> atCommas(String text) {
    List<String> parts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
      if (c == ',' && depth == 0) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }
}
