package io.ostinato.torchscript;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens of one logical line, read from left to right. */
final class Tokens {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<name>[A-Za-z_]\\w*)"
              + "|(?<number>-?(?:\\d+\\.?\\d*(?:[eE][-+]?\\d+)?|\\.\\d+)j?)"
              + "|(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*')"
              + "|(?<sign>->|[-+()\\[\\]{}.,:=]))");

  private final List<String> tokens = new ArrayList<>();
  private int next;

  Tokens(String line) {
    Matcher matcher = TOKEN.matcher(line);
    int at = 0;
    int end = line.stripTrailing().length();
    while (at < end) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new CodeSyntaxException("can't read '%s'".formatted(line.substring(at)));
      }
      tokens.add(matcher.group().strip());
      at = matcher.end();
    }
  }

  boolean hasMore() {
    return next < tokens.size();
  }

  /** The next token without consuming it; empty at the end. */
  String peek() {
    return hasMore() ? tokens.get(next) : "";
  }

  /** Consumes the next token. */
  String take() {
    if (!hasMore()) {
      throw new CodeSyntaxException("unexpected end of the line: " + String.join(" ", tokens));
    }
    return tokens.get(next++);
  }

  /** Consumes the next token if it is this one, and returns whether it is. */
  boolean takes(String token) {
    boolean found = peek().equals(token);
    if (found) {
      next++;
    }
    return found;
  }

  void expect(String token) {
    if (!takes(token)) {
      throw new CodeSyntaxException(
          "found '%s', expected '%s': %s".formatted(peek(), token, String.join(" ", tokens)));
    }
  }

  /** Whether the token after the next is this one. */
  boolean isFollowedBy(String token) {
    return next + 1 < tokens.size() && tokens.get(next + 1).equals(token);
  }

  /** The current position, for {@link #goBackTo}. */
  int position() {
    return next;
  }

  void goBackTo(int position) {
    next = position;
  }
}
