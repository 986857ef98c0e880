package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the tests of {@code ostinato.py}, in one session of PySpark. */
class PySparkIT {
  private static final String TORCHSCRIPT = "../callbacks/src/test/resources/torchscript";

  @TempDir Path folder;

  @Test
  void modelsAreEvaluatedAndPlotsDrawnFromPython() throws Exception {
    PythonSpark spark = PythonSpark.find(folder);
    PythonSpark.Outcome outcome =
        spark.run(List.of("src/test/python/ostinato_test.py", TORCHSCRIPT, PythonSpark.jars()));
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("Ran 27 tests", "OK");
  }
}
