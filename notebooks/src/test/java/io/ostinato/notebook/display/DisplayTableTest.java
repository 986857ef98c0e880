package io.ostinato.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTableTest {
  private static final DisplayTable TABLE =
      new DisplayTable(
          "<b>\"run\" & 'more'</b>",
          List.of("name", "value", "note"),
          List.of(List.of("a<script>", "1,234.5", ""), List.of("b\tc\nd\u0007", "-2e-07", "")));

  @Test
  void everythingIsEscapedInHtml() {
    assertThat(TABLE.toHtml())
        .isEqualTo(
            """
            <table><caption>&lt;b&gt;&quot;run&quot; &amp; &#39;more&#39;&lt;/b&gt;</caption>
            <thead><tr><th style="text-align:left">name</th><th style="text-align:right">value</th>\
            <th style="text-align:left">note</th></tr></thead>
            <tbody>
            <tr><td style="text-align:left">a&lt;script&gt;</td><td style="text-align:right">1,234.5</td>\
            <td style="text-align:left"></td></tr>
            <tr><td style="text-align:left">b\tc
            d\uFFFD</td><td style="text-align:right">-2e-07</td><td style="text-align:left"></td></tr>
            </tbody></table>""");
  }

  @Test
  void textHasOneLineForEachRow() {
    assertThat(
            new DisplayTable(
                    "",
                    List.of("name", "value"),
                    TABLE.rows().stream().map(row -> row.subList(0, 2)).toList())
                .toText())
        .isEqualTo(
            """
            name         value
            a<script>  1,234.5
            b c d       -2e-07""");
  }

  @Test
  void zeppelinSeparatesCellsByTabs() {
    assertThat(TABLE.toZeppelinTable())
        .isEqualTo("%table name\tvalue\tnote\na<script>\t1,234.5\t\nb c d \t-2e-07\t");
    assertThat(TABLE.toZeppelinHtml()).startsWith("%html <table><caption>&lt;b&gt;");
  }

  @Test
  void rowsOfAnotherLengthAreRefused() {
    assertThatThrownBy(() -> new DisplayTable("", List.of("a", "b"), List.of(List.of("only one"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the row [only one] has 1 cells; give one for each of the columns [a, b]");
  }
}
