package io.ostinato;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is logged while a piece of work runs, for tests. */
public final class LogLines {
  private LogLines() {}

  /** Runs the work; the lines that it logged from WARN up, which standard error doesn't see. */
  public static List<String> of(Runnable work) {
    return whileRunning(logged -> work.run());
  }

  /** As {@link #of}; the work can ask for what was logged so far. */
  public static List<String> whileRunning(Consumer<Supplier<String>> work) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      work.accept(() -> bytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
