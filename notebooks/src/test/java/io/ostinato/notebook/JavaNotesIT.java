package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Executes the Java notes from a clean state, and compares what they output with what is saved in
 * them. {@code -Dostinato.notes.write=true} saves the outputs of threads instead.
 */
class JavaNotesIT {
  private static final Path NOTES = Path.of("jupyter");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"local[2]", "local-cluster[2,1,1024]"})
  void outputsAreThoseThatAreSaved(String master) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--jobs", "2"));
    if (Boolean.getBoolean("ostinato.notes.write") && master.startsWith("local[")) {
      arguments.add("--write");
    }
    try (Stream<Path> notes = Files.list(NOTES)) {
      notes
          .map(Path::toString)
          .filter(note -> note.endsWith(".ipynb"))
          .sorted()
          .forEach(arguments::add);
    }
    assertThat(arguments).as("the notes").hasSizeGreaterThanOrEqualTo(6);
    JavaKernel.setUp(master, folder).python("notes.py", arguments.toArray(String[]::new));
  }
}
