package io.ostinato.spark.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.describe.Description;
import io.ostinato.describe.KeyInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The table of settings in the documentation is that of the records. {@code
 * -Dostinato.docs.write=true} writes it anew.
 */
class SettingsDocsTest {
  private static final Path PAGE = Path.of("..", "docs", "settings.md");
  private static final String BEGIN = "<!-- table: settings -->\n";
  private static final String END = "<!-- end of table -->\n";

  @Test
  void theTableIsUpToDate() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(page).containsSubsequence(BEGIN, END);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END, begin);
    String upToDate = page.substring(0, begin) + table() + page.substring(end);
    if (Boolean.getBoolean("ostinato.docs.write")) {
      Files.writeString(PAGE, upToDate);
    }
    assertThat(Files.readString(PAGE))
        .as("%s; write it anew with -Dtest=SettingsDocsTest -Dostinato.docs.write=true", PAGE)
        .isEqualTo(upToDate);
  }

  private static String table() {
    StringBuilder table = new StringBuilder("| key | default | allowed | meaning |\n");
    table.append("|---|---|---|---|\n");
    for (KeyInfo key : Description.of(OstinatoSettings.class).keys()) {
      String otherwise = key.key().otherwise();
      table.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  key.name(),
                  otherwise.isEmpty() ? "`" + key.key().byDefault() + "`" : otherwise,
                  key.allowed(),
                  key.meaning()));
    }
    return table.toString();
  }
}
