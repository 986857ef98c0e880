package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

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
  @TempDir Path folder;

  private PythonSpark spark;

  @BeforeEach
  void setUpKernel() throws Exception {
    spark = PythonSpark.find(folder);
    spark.setUpKernel();
  }

  @Test
  void outputsAreThoseThatAreSaved() throws Exception {
    check("2-your-own-analysis", "3-compare-runs", "4-evaluate-a-checkpoint");
  }

  @Test
  void outputsOfATrainingInPyTorchAreThoseThatAreSaved() throws Exception {
    spark.requireTorch();
    check("1-first-training");
  }

  private void check(String... notes) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("src/test/python/notes.py", "--jobs", "2"));
    if (Boolean.getBoolean("ostinato.notes.write")) {
      arguments.add("--write");
    }
    Stream.of(notes).map(note -> "pyspark/" + note + ".ipynb").forEach(arguments::add);
    PythonSpark.Outcome outcome = spark.run(arguments);
    assertThat(outcome.exit()).as(outcome.output()).isZero();
  }
}
