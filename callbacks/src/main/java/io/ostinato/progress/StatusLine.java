package io.ostinato.progress;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last line of a terminal: the youngest of the bars that are running has it. What else is
 * printed stands above it. The cursor waits at its beginning, so that what some other program
 * prints doesn't begin behind a bar, and so that a line that a narrower terminal has wrapped can be
 * erased whole. Thread-safe.
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

  /** What is shown. */
  interface Bar {
    /** A line of at most this width. */
    String line(int columns);
  }

  /** Prints something that isn't a bar. */
  interface Printing<E extends Exception> {
    /** Gives whether the cursor is at the beginning of a line then. */
    boolean print() throws E;
  }

  /** Shows the bar as it is now, unless a younger one has the line. */
  synchronized void update(Bar bar) {
    if (!bars.contains(bar)) {
      bars.add(bar);
    }
    if (bar == youngest()) {
      show();
    }
  }

  /** Takes the bar away; the one before it has the line again. */
  synchronized void end(Bar bar) {
    bars.remove(bar);
    erase();
    show();
  }

  /** Prints above the bar. While a line isn't ended no bar is shown. */
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
