package io.ostinato.progress;

import java.io.PrintStream;
import java.util.function.IntSupplier;

/**
 * A terminal, of which the last line is written again and again.
 *
 * @param columns the width of a line, asked whenever one is written
 */
public record Terminal(PrintStream stream, IntSupplier columns) {

  /** A terminal of which the width never changes. */
  public Terminal(PrintStream stream, int columns) {
    this(stream, () -> columns);
  }
}
