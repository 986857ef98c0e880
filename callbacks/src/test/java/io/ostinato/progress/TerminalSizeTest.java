package io.ostinato.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TerminalSizeTest {
  private static final Map<String, String> XTERM = Map.of("TERM", "xterm");

  @Test
  void theWidthIsTheSecondOfTheTwoNumbers() {
    assertThat(new TerminalSize(XTERM, List.of("echo", "24 132")).ask())
        .isEqualTo(OptionalInt.of(132));
  }

  @Test
  void aTerminalThatDoesntKnowItsWidthHasTheUsualOne() {
    assertThat(new TerminalSize(XTERM, List.of("echo", "0 0")).ask()).isEqualTo(OptionalInt.of(80));
  }

  @Test
  void whereNothingIsAnsweredThereIsNoTerminal() {
    assertThat(new TerminalSize(XTERM, List.of("true")).ask()).isEmpty();
    assertThat(new TerminalSize(XTERM, List.of("echo", "not a tty")).ask()).isEmpty();
    assertThat(new TerminalSize(XTERM, List.of("/no/such/shell")).ask()).isEmpty();
  }

  @Test
  void aKindOfTerminalIsNeeded() {
    List<String> answer = List.of("echo", "24 132");
    assertThat(new TerminalSize(Map.of(), answer).ask()).isEmpty();
    assertThat(new TerminalSize(Map.of("TERM", "dumb"), answer).ask()).isEmpty();
  }

  @Test
  void standardErrorOfATestIsNoTerminal() {
    assertThat(new TerminalSize(XTERM).ask()).isEmpty();
    assertThat(ProgressDisplay.console().start("training", 10, "updates"))
        .isSameAs(SilentProgress.INSTANCE);
  }
}
