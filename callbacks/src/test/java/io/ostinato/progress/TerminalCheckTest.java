package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalCheckTest {
  private static final Map<String, String> TERM = Map.of("TERM", "xterm");

  @Test
  void aConsoleThatSaysItIsNoTerminalShowsNothing() {
    assertThat(shown(new TerminalCheck(new NewConsole(false), NewConsole.class, TERM))).isEmpty();
    assertThat(shown(new TerminalCheck(new NewConsole(true), NewConsole.class, TERM)))
        .contains("training [");
  }

  @Test
  void aConsoleThatCantSayIsATerminal() {
    assertThat(shown(new TerminalCheck("a console", String.class, TERM))).contains("training [");
  }

  @Test
  void withoutConsoleOrKindOfTerminalNothingIsShown() {
    assertThat(shown(new TerminalCheck(null, Console.class, TERM))).isEmpty();
    assertThat(shown(new TerminalCheck(new NewConsole(true), NewConsole.class, Map.of())))
        .isEmpty();
  }

  @Test
  void theProcessOfATestHasNoTerminal() {
    assertThat(shown(TerminalCheck.ofThisProcess())).isEmpty();
  }

  private static String shown(TerminalCheck check) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), 100);
    try (Progress progress =
        check.display(terminal, Clock.systemUTC()).start("training", 10, "updates")) {
      progress.update(5, "");
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** As {@code Console} is since Java 22. */
  public record NewConsole(boolean isTerminal) {}
}
