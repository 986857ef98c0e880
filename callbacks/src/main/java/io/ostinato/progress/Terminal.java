package io.ostinato.progress;

import java.io.PrintStream;

/**
 * A terminal with one line that is written again and again.
 *
 * @param columns the width of a line
 */
public record Terminal(PrintStream stream, int columns) {

  void rewrite(String line) {
    String shown = line.length() < columns ? line : line.substring(0, columns - 1);
    stream.print("\r" + shown + " ".repeat(columns - 1 - shown.length()));
    stream.flush();
  }

  void clear() {
    rewrite("");
    stream.print("\r");
    stream.flush();
  }
}
