package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executes the Java notes from a clean state, on executors that are processes of their own, and the
 * first one on threads, too, and compares what they output with what is saved in them. {@code
 * -Dostinato.notes.write=true} executes all on threads instead, and saves their outputs.
 */
@Tag("spark35")
class JavaNotesIT {
  private static final Path NOTES = Path.of("jupyter");
  private static final boolean WRITES = Boolean.getBoolean("ostinato.notes.write");

  @TempDir Path folder;

  @Test
  void outputsOnExecutorsAreThoseThatAreSaved() throws Exception {
    assumeFalse(WRITES, "the outputs are saved");
    assertThat(notes()).as("the notes").hasSizeGreaterThanOrEqualTo(4);
    execute("local-cluster[2,1,1024]", notes());
  }

  @Test
  void outputsOnThreadsAreThoseThatAreSaved() throws Exception {
    execute("local[2]", WRITES ? notes() : notes().subList(0, 1));
  }

  private static List<String> notes() throws IOException {
    try (Stream<Path> files = Files.list(NOTES)) {
      return files.map(Path::toString).filter(file -> file.endsWith(".ipynb")).sorted().toList();
    }
  }

  private void execute(String master, List<String> notes) throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the saved outputs are those of x86-64");
    List<String> arguments = new ArrayList<>(List.of("--jobs", "2"));
    if (WRITES) {
      arguments.add("--write");
    }
    arguments.addAll(notes);
    JavaKernel.setUp(master, folder).python("notes.py", arguments.toArray(String[]::new));
  }
}
