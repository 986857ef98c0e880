package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ostinato.PythonTools;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the tests of {@code notebooks/ostinato.py}. {@code -Dostinato.tests.python} is a Python that
 * has PySpark, and PyTorch for one of the tests. Default: one with PySpark alone, made by the
 * build.
 */
class PySparkIT {
  private static final Path NOTEBOOKS = Path.of("..", "notebooks").toAbsolutePath().normalize();

  /** Of Spark, which PySpark has. */
  private static final List<String> OF_SPARK =
      List.of("/org/apache/spark/", "/org/apache/hadoop/", "/org/scala-lang/", "surefire");

  @TempDir Path fixtures;

  @Test
  void modelsAreEvaluatedFromPySpark() throws IOException, InterruptedException {
    assumeTrue(
        System.getProperty("ostinato.tests.spark", "3.5").startsWith("3.5"),
        "PySpark of the tests is one of Spark 3.5");
    for (String letter : List.of("a", "b", "c")) {
      copy("batchnorm-" + letter + ".pt");
      copy("expected-" + letter + ".bin");
    }
    copy("input.bin");
    ProcessBuilder builder =
        new ProcessBuilder(
            python(),
            Path.of("src", "test", "python", "evaluator_test.py").toString(),
            fixtures.toString(),
            NOTEBOOKS.toString(),
            classPath());
    builder.environment().remove("SPARK_HOME");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    builder
        .environment()
        .put(
            "OSTINATO_JAVA_OPTIONS",
            "-Dai.djl.offline=true -Dai.djl.pytorch.num_threads=1 -XX:TieredStopAtLevel=1");
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("Ran 8 tests", "OK");
  }

  private static String python() {
    String given = System.getProperty("ostinato.tests.python", "");
    return given.isEmpty() ? PythonTools.executable().toString() : given;
  }

  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> OF_SPARK.stream().noneMatch(entry::contains))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private void copy(String name) throws IOException {
    Files.write(fixtures.resolve(name), TorchFixtures.content("/torchscript/" + name));
  }
}
