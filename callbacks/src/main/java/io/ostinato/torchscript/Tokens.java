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
              + "|(?<text>\"(?:[^\"\\\\]++|\\\\.)*+\"|'(?:[^'\\\\]++|\\\\.)*+')"
              + "|(?<sign>->|[-+()\\[\\]{}.,:=]))");

  private static final int DEEPEST = 200;

  private final List<String> tokens = new ArrayList<>();
  private int next;
  private int depth;

  Tokens(String line) {
    Matcher matcher = TOKEN.matcher(line);
    int at = 0;
    int end = line.stripTrailing().length();
    while (at < end) {
      if (!matcher.region(at, line.length()).lookingAt()) {
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

  /**
   * Consumes a string literal.
   *
   * @return its content
   */
  String takeText() {
    String token = take();
    if (token.charAt(0) != '"' && token.charAt(0) != '\'') {
      throw new CodeSyntaxException("found '%s', expected a text".formatted(token));
    }
    return token.substring(1, token.length() - 1);
  }

  /** How many expressions are around the next token. */
  int depth() {
    return depth;
  }

  /**
   * Begins an expression inside the present one.
   *
   * @throws CodeSyntaxException if it is nested deeper than any code that a program writes
   */
  void deeper() {
    if (++depth > DEEPEST) {
      throw new CodeSyntaxException("an expression that is nested too deep to be analysed");
    }
  }

  void returnTo(int earlierDepth) {
    depth = earlierDepth;
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
    depth = 0;
  }
}
