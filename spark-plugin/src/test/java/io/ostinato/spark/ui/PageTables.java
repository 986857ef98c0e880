package io.ostinato.spark.ui;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a reader sees of a page.
 *
 * @param dom the elements of the page, as a browser has written them
 */
record PageTables(String dom) {
  private static final Pattern ROW = Pattern.compile("<tr[^>]*>(.*?)</tr>", Pattern.DOTALL);
  private static final Pattern CELL = Pattern.compile("<(td|th)[^>]*>(.*?)</\\1>", Pattern.DOTALL);

  /** The texts of the cells in the body of a table. */
  List<List<String>> rows(String id) {
    String table = between("<table id=\"%s\"".formatted(id), "</table>");
    String body = table.substring(table.indexOf("<tbody>"));
    List<List<String>> rows = new ArrayList<>();
    Matcher row = ROW.matcher(body);
    while (row.find()) {
      List<String> cells = new ArrayList<>();
      Matcher cell = CELL.matcher(row.group(1));
      while (cell.find()) {
        cells.add(unmarked(cell.group(2)));
      }
      rows.add(cells);
    }
    return rows;
  }

  /** The text of a paragraph. */
  String text(String id) {
    String paragraph = between("<p id=\"%s\"".formatted(id), "</p>");
    return unmarked(paragraph.substring(paragraph.indexOf('>') + 1));
  }

  private String between(String begin, String end) {
    int from = dom.indexOf(begin);
    if (from < 0) {
      throw new AssertionError("the page has no %s: %s".formatted(begin, dom));
    }
    return dom.substring(from, dom.indexOf(end, from));
  }

  private static String unmarked(String html) {
    return html.replaceAll("<[^>]*>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
  }
}
