package io.ostinato.jobs.config;

import java.util.ArrayList;
import java.util.List;

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
