package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Executes the notes for PySpark from a clean state, and compares what they output with what is
 * saved in them. {@code -Dostinato.notes.write=true} saves the outputs instead.
 */
class PythonNotesIT {
  private static final String WITH_TORCH = "pyspark/1-first-training.ipynb";

  @TempDir Path folder;

  private PythonSpark spark;

  @BeforeEach
  void setUpKernel() throws Exception {
    assumeTrue(
        System.getProperty("os.arch").equals("amd64"), "the saved outputs are those of x86-64");
    spark = PythonSpark.find(folder);
    spark.setUpKernel();
  }

  @Test
  void outputsAreThoseThatAreSaved() throws Exception {
    List<String> notes = notes();
    assertThat(notes).contains(WITH_TORCH).hasSizeGreaterThanOrEqualTo(4);
    check(notes.stream().filter(note -> !note.equals(WITH_TORCH)).toList());
  }

  @Test
  void outputsOfATrainingInPyTorchAreThoseThatAreSaved() throws Exception {
    spark.requireTorch();
    check(List.of(WITH_TORCH));
  }

  private static List<String> notes() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("pyspark"))) {
      return files.map(Path::toString).filter(file -> file.endsWith(".ipynb")).sorted().toList();
    }
  }

  private void check(List<String> notes) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("src/test/python/notes.py", "--jobs", "2"));
    if (Boolean.getBoolean("ostinato.notes.write")) {
      arguments.add("--write");
    }
    arguments.addAll(notes);
    PythonSpark.Outcome outcome = spark.run(arguments);
    assertThat(outcome.exit()).as(outcome.output()).isZero();
  }
}
