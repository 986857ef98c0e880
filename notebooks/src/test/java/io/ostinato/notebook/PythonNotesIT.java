package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The notes for PySpark: their saved outputs are those of a new run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PythonNotesIT {
  private PythonSpark spark;

  @BeforeAll
  void setUpKernel(@TempDir Path folder) throws Exception {
    spark = PythonSpark.find(folder);
    spark.setUpKernel();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2-your-own-analysis", "3-compare-runs", "4-evaluate-a-checkpoint"})
  void savedOutputsAreThoseOfANewRun(String note) throws Exception {
    check(note);
  }

  @Test
  void trainingInPyTorchHasItsSavedOutputs() throws Exception {
    spark.requireTorch();
    check("1-first-training");
  }

  private void check(String note) throws Exception {
    PythonSpark.Outcome outcome =
        spark.run(List.of("src/test/python/notes.py", "pyspark/" + note + ".ipynb"));
    assertThat(outcome.exit()).as(outcome.output()).isZero();
  }
}
