package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ostinato.describe.Kinds.OneKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The schema and the tables of the documentation are those of the descriptions. {@code
 * -Dostinato.docs.write=true} writes them anew, and a page for each callback that has none.
 */
class TrainDocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path CALLBACKS = DOCS.resolve("callbacks");
  private static final boolean WRITE = Boolean.getBoolean("ostinato.docs.write");

  @Test
  void theSchemaIsUpToDateAndInTheJar() throws IOException {
    upToDate(DOCS.resolve("run.schema.json"), TrainCommand.schema());
    assumeFalse(WRITE, "what was written just now is not on the class path yet");
    try (var in = TrainCommand.class.getResourceAsStream("run.schema.json")) {
      assertThat(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(TrainCommand.schema());
    }
  }

  @Test
  void eachCallbackHasAPageWithItsKeys() throws IOException {
    for (OneKind callback : DocTables.callbacks()) {
      Path page = CALLBACKS.resolve(DocTables.fileOf(callback));
      if (WRITE && !Files.exists(page)) {
        Files.writeString(page, DocTables.pageOf(callback));
      }
      assertThat(page).exists();
      assertThat(DocTables.hasTable(Files.readString(page), callback)).as("%s", page).isTrue();
    }
  }

  @Test
  void theTablesAreUpToDate() throws IOException {
    try (Stream<Path> files = Files.walk(DOCS)) {
      for (Path page : files.filter(file -> file.toString().endsWith(".md")).sorted().toList()) {
        upToDate(page, DocTables.written(Files.readString(page)));
      }
    }
    assertThat(DOCS.resolve("train.md")).content().contains("<!-- table: run.yaml -->");
    assertThat(DOCS.resolve("metrics.md")).content().contains("<!-- table: metrics -->");
    assertThat(CALLBACKS.resolve("README.md")).content().contains("<!-- table: callbacks -->");
  }

  private static void upToDate(Path file, String content) throws IOException {
    if (WRITE) {
      Files.writeString(file, content);
    }
    assertThat(Files.readString(file))
        .as("%s; write it anew with -Dtest=TrainDocsTest -Dostinato.docs.write=true", file)
        .isEqualTo(content);
  }
}
