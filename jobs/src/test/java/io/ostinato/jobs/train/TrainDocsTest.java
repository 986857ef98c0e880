package io.ostinato.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ostinato.jobs.config.KeyTables;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The schema and the tables are those of the records. {@code -Dostinato.docs.write=true} writes
 * them anew.
 */
class TrainDocsTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Path SHIPPED =
      Path.of("src", "main", "resources", "io", "ostinato", "jobs", "train", "run.schema.json");
  private static final String MARK =
      "<!-- Written by TrainDocsTest; see there how to write it anew. -->\n";
  private static final boolean WRITE = Boolean.getBoolean("ostinato.docs.write");

  @Test
  void theSchemaIsUpToDate() throws IOException {
    upToDate(DOCS.resolve("run.schema.json"), TrainCommand.schema());
    upToDate(SHIPPED, TrainCommand.schema());
    assumeFalse(WRITE, "what was written just now is not on the class path yet");
    try (var in = TrainCommand.class.getResourceAsStream("run.schema.json")) {
      assertThat(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(TrainCommand.schema());
    }
  }

  @Test
  void theTablesAreUpToDate() throws IOException {
    Path page = DOCS.resolve("train.md");
    String text = Files.readString(page);
    String before = text.substring(0, text.indexOf(MARK) + MARK.length());
    upToDate(page, before + "\n## Keys\n\n" + KeyTables.of(RunConfig.class, "All of a training"));
  }

  private static void upToDate(Path file, String content) throws IOException {
    if (WRITE) {
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, content);
    }
    assertThat(Files.readString(file))
        .as("%s; write it anew with -Dtest=TrainDocsTest -Dostinato.docs.write=true", file)
        .isEqualTo(content);
  }
}
