package io.ostinato.progress;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last lines of a terminal, which show the most recently started of the running bars, below
 * those of the same unit. All other output appears above them. The cursor stays at the beginning of
 * the first of these lines, so that output of other programs doesn't start after a bar, and so that
 * lines wrapped by a narrower terminal can be erased completely. Thread-safe.
 */
final class StatusLine {
  /** Erases from the cursor to the end of the screen. */
  private static final String ERASE = "\u001b[J";

  /** Moves the cursor up by this number of lines. */
  private static final String UP = "\u001b[%sA";

  /** More bars would take too much of a small terminal. */
  private static final int MOST_LINES = 5;

  private final Terminal terminal;
  private final List<Bar> bars = new ArrayList<>();

  /** The columns of each line that is shown. */
  private List<Integer> shownColumns = List.of();

  private boolean insideLine;

  StatusLine(Terminal terminal) {
    this.terminal = terminal;
  }

  ProgressDisplay display(Clock clock) {
    return (label, total, unit) ->
        new ConsoleProgress(new BarText(label, total, unit), total, this, clock);
  }

  /** A bar that can be shown on a line. */
  interface Bar {
    /** The unit of the work. */
    String unit();

    /** The text of the bar, at most this many columns wide. */
    String line(int columns);
  }

  /** Prints output other than a bar. */
  interface Printing<E extends Exception> {
    /** Prints, and returns whether the cursor is at the beginning of a line afterwards. */
    boolean print() throws E;
  }

  /** Shows the current state of the bar, unless more recent ones occupy the lines. */
  synchronized void update(Bar bar) {
    if (!bars.contains(bar)) {
      bars.add(bar);
    }
    if (visible().contains(bar)) {
      show();
    }
  }

  /** Removes the bar; the ones started before it get the lines back. */
  synchronized void end(Bar bar) {
    bars.remove(bar);
    erase();
    show();
  }

  /** Prints above the bars. No bar is shown while a printed line is incomplete. */
  synchronized <E extends Exception> void above(Printing<E> printing) throws E {
    erase();
    insideLine = !printing.print();
    show();
  }

  private List<Bar> visible() {
    @Nullable Bar youngest = bars.isEmpty() ? null : bars.get(bars.size() - 1);
    if (youngest == null) {
      return List.of();
    }
    List<Bar> alike = bars.stream().filter(bar -> bar.unit().equals(youngest.unit())).toList();
    return alike.subList(Math.max(0, alike.size() - MOST_LINES), alike.size());
  }

  private void show() {
    List<Bar> shown = visible();
    if (shown.isEmpty() || insideLine) {
      return;
    }
    int columns = Math.max(1, terminal.columns().getAsInt() - 1);
    boolean wrapped = shownColumns.stream().anyMatch(before -> before > columns);
    StringBuilder text =
        new StringBuilder(wrapped || shownColumns.size() > shown.size() ? ERASE : "");
    List<Integer> widths = new ArrayList<>();
    for (Bar bar : shown) {
      String line = bar.line(columns);
      int width = TextWidth.of(line);
      int before = widths.size() < shownColumns.size() ? shownColumns.get(widths.size()) : 0;
      text.append(widths.isEmpty() ? "" : "\n\r")
          .append(line)
          .append(" ".repeat(Math.max(0, Math.min(before, columns) - width)));
      widths.add(width);
    }
    if (widths.size() > 1) {
      text.append('\r').append(UP.formatted(widths.size() - 1));
    }
    write(text.toString());
    shownColumns = List.copyOf(widths);
  }

  private void erase() {
    int widest = shownColumns.stream().mapToInt(Integer::intValue).max().orElse(0);
    if (widest > 0) {
      boolean erases = shownColumns.size() > 1 || widest >= terminal.columns().getAsInt();
      write(erases ? ERASE : " ".repeat(widest));
      shownColumns = List.of();
    }
  }

  private void write(String text) {
    terminal.stream().print("\r" + text + "\r");
    terminal.stream().flush();
  }
}
