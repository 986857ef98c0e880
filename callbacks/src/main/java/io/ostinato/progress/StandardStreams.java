package io.ostinato.progress;

import java.nio.charset.Charset;
import java.time.Clock;
import java.util.OptionalInt;

/** The standard streams of this process, and the terminal behind standard error. */
final class StandardStreams {
  private StandardStreams() {}

  /**
   * The display of this process: all its bars share one line, that of an already replaced stream if
   * any.
   */
  static synchronized ProgressDisplay display() {
    if (System.err instanceof AboveBars present) {
      return present.line().display(Clock.systemUTC());
    }
    OptionalInt columns = new TerminalSize(System.getenv()).ask();
    if (columns.isEmpty()) {
      return ProgressDisplay.silent();
    }
    StatusLine line =
        new StatusLine(
            new Terminal(System.err, new WatchedWidth(System.getenv(), columns.getAsInt())));
    boolean same = System.out == System.err;
    System.setErr(new AboveBars(System.err, line, charset("sun.stderr.encoding")));
    System.setOut(
        same ? System.err : new AboveBars(System.out, line, charset("sun.stdout.encoding")));
    Log4jConsoles.follow();
    return line.display(Clock.systemUTC());
  }

  /** The encoding in which Java writes this stream. */
  private static Charset charset(String property) {
    String name = System.getProperty(property);
    return name == null ? Charset.defaultCharset() : Charset.forName(name);
  }
}
