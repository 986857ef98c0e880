package io.ostinato.progress;

import java.io.PrintStream;
import java.util.function.IntSupplier;

/**
 * A terminal whose last line is rewritten repeatedly.
 *
 * @param columns the width of a line, queried whenever one is written
 */
public record Terminal(PrintStream stream, IntSupplier columns) {

  /** A terminal with a fixed width. */
  public Terminal(PrintStream stream, int columns) {
    this(stream, () -> columns);
  }
}
