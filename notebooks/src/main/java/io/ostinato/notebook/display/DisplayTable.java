package io.ostinato.notebook.display;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table that notebooks show as HTML, as text, or in the form of Zeppelin. Cells are plain text.
 * Columns of numbers are aligned to the right.
 *
 * @param caption one line above the table; may be empty
 * @param columns the names of the columns
 * @param rows the cells of each row, one for each column
 */
public record DisplayTable(String caption, List<String> columns, List<List<String>> rows) {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?[0-9][0-9,]*(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|NaN|-?Infinity");

  /**
   * Creates a table.
   *
   * @throws IllegalArgumentException if a row has another number of cells than there are columns
   */
  public DisplayTable {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<String> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "the row %s has %s cells; give one for each of the columns %s"
                .formatted(row, row.size(), columns));
      }
    }
  }

  /** The table as HTML, without scripts and references. */
  public String toHtml() {
    String head =
        IntStream.range(0, columns.size())
            .mapToObj(column -> cell("th", column, columns.get(column)))
            .collect(Collectors.joining("", "<thead><tr>", "</tr></thead>"));
    String body =
        rows.stream()
            .map(
                row ->
                    IntStream.range(0, row.size())
                        .mapToObj(column -> cell("td", column, row.get(column)))
                        .collect(Collectors.joining("", "<tr>", "</tr>")))
            .collect(Collectors.joining("\n", "<tbody>\n", "\n</tbody>"));
    return "<table>" + caption("<caption>%s</caption>\n") + head + "\n" + body + "</table>";
  }

  /** The table as text of fixed width. */
  public String toText() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    lines.addAll(rows);
    return caption.lines().map(line -> line + "\n").collect(Collectors.joining())
        + lines.stream().map(this::line).collect(Collectors.joining("\n"));
  }

  /** The table for Zeppelin's {@code %html} display. */
  public String toZeppelinHtml() {
    return Html.toZeppelin(toHtml());
  }

  /**
   * The table for Zeppelin's {@code %table} display, which can sort and plot it. Cells that begin
   * with a percent sign, such as {@code %html}, get a space of no width before it, without which
   * Zeppelin displays what follows as HTML.
   */
  public String toZeppelinTable() {
    return "%table "
        + Stream.concat(Stream.of(columns), rows.stream())
            .map(DisplayTable::zeppelinLine)
            .collect(Collectors.joining("\n"));
  }

  /** A line that isn't empty: an empty one would end the table. */
  private static String zeppelinLine(List<String> row) {
    String line =
        row.stream()
            .map(cell -> onOneLine(cell).replaceFirst("^(?=\\s*%)", "\u200B"))
            .collect(Collectors.joining("\t"));
    return line.isEmpty() ? " " : line;
  }

  private String caption(String format) {
    return caption.isEmpty() ? "" : format.formatted(Html.escape(caption));
  }

  private String cell(String element, int column, String text) {
    String align = isNumeric(column) ? "right" : "left";
    return "<%1$s style=\"text-align:%2$s\">%3$s</%1$s>"
        .formatted(element, align, Html.escape(text));
  }

  private String line(List<String> cells) {
    return IntStream.range(0, cells.size())
        .mapToObj(column -> padded(column, onOneLine(cells.get(column))))
        .collect(Collectors.joining("  "))
        .stripTrailing();
  }

  private String padded(int column, String cell) {
    String padding = " ".repeat(width(column) - cell.length());
    return isNumeric(column) ? padding + cell : cell + padding;
  }

  private int width(int column) {
    return Stream.concat(Stream.of(columns), rows.stream())
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }

  private boolean isNumeric(int column) {
    List<String> cells =
        rows.stream().map(row -> row.get(column)).filter(cell -> !cell.isEmpty()).toList();
    return !cells.isEmpty() && cells.stream().allMatch(cell -> NUMBER.matcher(cell).matches());
  }

  /** Without tabs and line breaks, which separate cells; the length stays. */
  private static String onOneLine(String cell) {
    return cell.replaceAll("\\p{Cntrl}", " ");
  }
}
