package io.ostinato.progress;

import java.io.Console;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether somebody can see a line that is written again and again. Before Java 22 a process has a
 * console only where it has a terminal; since then it may always have one, which says itself
 * whether it is a terminal.
 *
 * @param console what {@link System#console} gives
 * @param type of consoles
 * @param environment the variables of the process
 */
record TerminalCheck(@Nullable Object console, Class<?> type, Map<String, String> environment) {

  static TerminalCheck ofThisProcess() {
    return new TerminalCheck(System.console(), Console.class, System.getenv());
  }

  /** Bars on this terminal, or nothing where there is none. */
  ProgressDisplay display(Terminal terminal, Clock clock) {
    return isTerminal() ? ProgressDisplay.console(terminal, clock) : ProgressDisplay.silent();
  }

  private boolean isTerminal() {
    return console != null && environment.containsKey("TERM") && consoleIsTerminal(console);
  }

  private boolean consoleIsTerminal(Object present) {
    try {
      return (boolean) type.getMethod("isTerminal").invoke(present);
    } catch (NoSuchMethodException beforeJava22) {
      return true;
    } catch (ReflectiveOperationException unknown) {
      return false;
    }
  }
}
