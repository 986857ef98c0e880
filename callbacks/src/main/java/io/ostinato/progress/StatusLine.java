package io.ostinato.progress;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last line of a terminal, which shows the most recently started of the running bars. All other
 * output appears above it. The cursor stays at the beginning of the line, so that output of other
 * programs doesn't start after a bar, and so that a line wrapped by a narrower terminal can be
 * erased completely. Thread-safe.
 */
final class StatusLine {
  /** Erases from the cursor to the end of the screen. */
  private static final String ERASE = "\u001b[J";

  private final Terminal terminal;
  private final List<Bar> bars = new ArrayList<>();
  private int shownColumns;
  private boolean insideLine;

  StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  ProgressDisplay display(Clock clock) {
    return (label, total, unit) ->
        new ConsoleProgress(new BarText(label, total, unit), total, this, clock);
  }

  /** A bar that can be shown on the line. */
  interface Bar {
    /** The text of the bar, at most this many columns wide. */
    String line(int columns);
  }

  /** Prints output other than a bar. */
  interface Printing<E extends Exception> {
    /** Prints, and returns whether the cursor is at the beginning of a line afterwards. */
    boolean print() throws E;
  }

  /** Shows the current state of the bar, unless a more recent one occupies the line. */
  synchronized void update(Bar bar) {
    if (!bars.contains(bar)) {
      bars.add(bar);
    }
    if (bar == youngest()) {
      show();
    }
  }

  /** Removes the bar; the one started before it gets the line back. */
  synchronized void end(Bar bar) {
    bars.remove(bar);
    erase();
    show();
  }

  /** Prints above the bar. No bar is shown while a printed line is incomplete. */
  synchronized <E extends Exception> void above(Printing<E> printing) throws E {
    erase();
    insideLine = !printing.print();
    show();
  }

  private @Nullable Bar youngest() {
    return bars.isEmpty() ? null : bars.get(bars.size() - 1);
  }

  private void show() {
    Bar bar = youngest();
    if (bar == null || insideLine) {
      return;
    }
    int columns = Math.max(1, terminal.columns().getAsInt() - 1);
    String line = bar.line(columns);
    int width = TextWidth.of(line);
    String wrapped = shownColumns > columns ? ERASE : "";
    String rest = " ".repeat(Math.max(0, Math.min(shownColumns, columns) - width));
    write(wrapped + line + rest);
    shownColumns = width;
  }

  private void erase() {
    if (shownColumns > 0) {
      boolean wrapped = shownColumns >= terminal.columns().getAsInt();
      write(wrapped ? ERASE : " ".repeat(shownColumns));
      shownColumns = 0;
    }
  }

  private void write(String text) {
    terminal.stream().print("\r" + text + "\r");
    terminal.stream().flush();
  }
}
