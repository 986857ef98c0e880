package io.ostinato.notebook.zeppelin;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import org.apache.zeppelin.interpreter.InterpreterContext;
import org.apache.zeppelin.interpreter.InterpreterOutput;

/** Where a paragraph shows its outputs. Not thread-safe. */
interface Paragraph {

  /** Replaces everything that the paragraph shows, where that is possible. */
  void show(String output);

  /** Shows the last output for good. */
  void end();

  /** The paragraph that this thread runs; without Zeppelin, the standard output. */
  static Paragraph running() {
    try {
      InterpreterContext context = InterpreterContext.get();
      return context == null ? new Printed(System.out) : new InPlace(context.out());
    } catch (NoClassDefFoundError e) {
      return new Printed(System.out); // such as in Spark's shell
    }
  }

  /** A paragraph of Zeppelin. */
  final class InPlace implements Paragraph {
    private final InterpreterOutput output;

    InPlace(InterpreterOutput output) {
      this.output = output;
    }

    @Override
    public void show(String text) {
      try {
        output.clear();
        output.write(text + "\n");
        output.flush();
      } catch (IOException e) {
        throw new UncheckedIOException("the paragraph can't show its output", e);
      }
    }

    @Override
    public void end() {}
  }

  /** A stream, which can't take back what it has: prints only the last output. */
  final class Printed implements Paragraph {
    private final PrintStream stream;
    private String last = "";

    Printed(PrintStream stream) {
      this.stream = stream;
    }

    @Override
    public void show(String text) {
      last = text;
    }

    @Override
    public void end() {
      stream.println(last);
    }
  }
}
