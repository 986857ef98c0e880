package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Executes the Java notes from a clean state, and compares what they output with what is saved in
 * them. {@code -Dostinato.notes.write=true} saves the outputs of threads instead.
 */
@Tag("spark35")
class JavaNotesIT {
  private static final Path NOTES = Path.of("jupyter");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"local[2]", "local-cluster[2,1,1024]"})
  void outputsAreThoseThatAreSaved(String master) throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the saved outputs are those of x86-64");
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
