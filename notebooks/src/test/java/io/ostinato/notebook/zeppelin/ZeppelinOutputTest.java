package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.notebook.display.DisplayTable;
import io.ostinato.notebook.display.Plots;
import io.ostinato.notebook.zeppelin.ZeppelinNote.Output;
import io.ostinato.plot.CurvePlot;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Zeppelin makes of tables and plots whose texts look like its display systems. */
class ZeppelinOutputTest {
  private static final String SCRIPT = "%html <script>alert(1)</script>";
  private static final String ANGULAR = "a\n\n%angular {{alert(1)}}";

  private static void assertOneOutput(String type, String printed) throws IOException {
    assertThat(ZeppelinNote.outputs(printed))
        .as(printed)
        .singleElement()
        .extracting(Output::type)
        .isEqualTo(type);
  }

  private static DisplayTable column(String... cells) {
    return new DisplayTable("", List.of("text"), Stream.of(cells).map(List::of).toList());
  }

  @Test
  void cellsOfATableAreNotDisplaySystems() throws IOException {
    String table = column("", SCRIPT, "", "50% more").toZeppelinTable();
    assertOneOutput("TABLE", table);
    assertThat(table.lines()).hasSize(5).noneMatch(line -> line.isEmpty());
    assertThat(table).contains("\n50% more").doesNotContain("\n%", "\t%");
    assertThat(new DisplayTable("", List.of(SCRIPT, SCRIPT), List.of()).toZeppelinTable())
        .startsWith("%table ")
        .doesNotContain(" %html", "\t%html");
  }

  @Test
  void textsInHtmlAreNotDisplaySystems() throws IOException {
    String table = column(ANGULAR).toZeppelinHtml();
    assertOneOutput("HTML", table);
    assertThat(table).contains("a\n\n&#37;angular {{alert(1)}}");
    assertOneOutput("HTML", Plots.toZeppelinHtml(new CurvePlot(ANGULAR, "updates", List.of())));
  }
}
