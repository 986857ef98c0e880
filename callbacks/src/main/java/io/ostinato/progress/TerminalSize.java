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
 * Whether standard error is a terminal, and how wide. Java can't tell: its console is about
 * standard input and output. The shell is asked, which every system has that has such terminals.
 *
 * @param environment the variables of this process
 * @param command prints the rows and columns of standard error, and nothing where it has none
 */
record TerminalSize(Map<String, String> environment, List<String> command) {
  /** What a terminal has that doesn't say how wide it is. */
  static final int USUAL_COLUMNS = 80;

  private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)\\s*");
  private static final long LONGEST_WAIT_SECONDS = 2;

  TerminalSize(Map<String, String> environment) {
    this(environment, List.of("/bin/sh", "-c", "test -t 2 && stty size <&2 2>/dev/null"));
  }

  /** The columns, or empty where nobody could see a line that is written again and again. */
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
