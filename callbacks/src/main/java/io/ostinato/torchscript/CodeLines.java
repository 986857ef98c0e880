package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.List;

/**
 * Logical lines with their indentation; a line with an open bracket continues on the next one.
 *
 * @param indents the number of spaces before each line
 */
record CodeLines(List<String> lines, List<Integer> indents) {

  static CodeLines of(String text) {
    List<String> lines = new ArrayList<>();
    List<Integer> indents = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    int depth = 0;
    for (String line : text.split("\n", -1)) {
      if (open.isEmpty()) {
        if (line.isBlank() || line.stripLeading().startsWith("#")) {
          continue;
        }
        indents.add(line.length() - line.stripLeading().length());
      }
      open.append(line.strip()).append(' ');
      depth += depth(line);
      if (depth <= 0) {
        lines.add(open.toString().strip());
        open.setLength(0);
        depth = 0;
      }
    }
    if (!open.isEmpty()) {
      throw new CodeSyntaxException("a bracket is never closed: " + open);
    }
    return new CodeLines(lines, indents);
  }

  int size() {
    return lines.size();
  }

  /** The number of brackets that a line opens minus those it closes, outside of string literals. */
  private static int depth(String line) {
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '(' || c == '[' || c == '{') {
        depth++;
      } else if (c == ')' || c == ']' || c == '}') {
        depth--;
      }
    }
    return depth;
  }
}
