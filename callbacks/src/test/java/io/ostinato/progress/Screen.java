package io.ostinato.progress;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What somebody sees who looks at a terminal of these columns; its lines don't wrap again. */
final class Screen extends OutputStream {
  private final StringBuilder escape = new StringBuilder();
  private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
  private final List<String> bars = new ArrayList<>();
  private int columns;
  private int row;
  private int column;

  Screen(int columns) {
    this.columns = columns;
  }

  PrintStream stream() {
    return new PrintStream(this, true, StandardCharsets.ISO_8859_1);
  }

  Terminal terminal() {
    return new Terminal(stream(), () -> columns);
  }

  void resize(int wanted) {
    columns = wanted;
  }

  /** The lines, without what follows the last text. */
  List<String> seen() {
    return lines.stream().map(line -> line.toString().stripTrailing()).toList();
  }

  /** What stood in the last line whenever the cursor went back to its beginning. */
  List<String> bars() {
    return bars;
  }

  @Override
  public void write(int value) {
    char sign = (char) value;
    if (sign == '\u001b' || escape.length() > 0) {
      escape(sign);
    } else if (sign == '\r') {
      String shown = lines.get(row).toString().stripTrailing();
      if (column > 0 && !shown.isEmpty()) {
        bars.add(shown);
      }
      column = 0;
    } else if (sign == '\n') {
      nextLine();
    } else {
      if (column == columns) {
        nextLine();
      }
      put(sign);
    }
  }

  private void put(char sign) {
    StringBuilder line = lines.get(row);
    if (column < line.length()) {
      line.setCharAt(column, sign);
    } else {
      line.append(sign);
    }
    column++;
  }

  private void nextLine() {
    row++;
    column = 0;
    if (row == lines.size()) {
      lines.add(new StringBuilder());
    }
  }

  private void escape(char sign) {
    escape.append(sign);
    if (escape.toString().equals("\u001b[J")) {
      lines.get(row).setLength(Math.min(column, lines.get(row).length()));
      lines.subList(row + 1, lines.size()).clear();
      escape.setLength(0);
    } else if (escape.toString().matches("\u001b\\[\\d+A")) {
      row = Math.max(0, row - Integer.parseInt(escape.substring(2, escape.length() - 1)));
      escape.setLength(0);
    } else if (!escape.toString().matches("\u001b(\\[\\d*)?")) {
      throw new IllegalStateException("this screen doesn't know " + escape);
    }
  }
}
