package io.ostinato.progress;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Determines whether standard error is a terminal, and its width. Java can't: its console covers
 * standard input and output only. So a shell is run, which every system with such terminals has.
 *
 * @param environment the environment variables of this process
 * @param command prints the rows and columns of standard error, or nothing if it has none
 */
record TerminalSize(Map<String, String> environment, List<String> command) {
  /** The width assumed for a terminal that doesn't report one. */
  static final int USUAL_COLUMNS = 80;

  private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)\\s*");
  private static final long LONGEST_WAIT_SECONDS = 2;

  TerminalSize(Map<String, String> environment) {
    this(environment, List.of("/bin/sh", "-c", "test -t 2 && stty size <&2 2>/dev/null"));
  }

  /**
   * The width in columns; empty if standard error can't show a line that is rewritten repeatedly.
   */
  OptionalInt ask() {
    String kind = environment.getOrDefault("TERM", "");
    if (kind.isEmpty() || kind.equals("dumb")) {
      return OptionalInt.empty();
    }
    try {
      Process shell = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
      try (InputStream answer = shell.getInputStream()) {
        shell.getOutputStream().close();
        if (!shell.waitFor(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
          return OptionalInt.empty();
        }
        return columns(new String(answer.readAllBytes(), StandardCharsets.US_ASCII));
      } finally {
        shell.destroy();
      }
    } catch (IOException noShell) {
      return OptionalInt.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return OptionalInt.empty();
    }
  }

  private static OptionalInt columns(String answer) {
    Matcher size = SIZE.matcher(answer);
    if (!size.matches()) {
      return OptionalInt.empty();
    }
    int columns = Integer.parseInt(size.group(2));
    return OptionalInt.of(columns > 0 ? columns : USUAL_COLUMNS);
  }
}
