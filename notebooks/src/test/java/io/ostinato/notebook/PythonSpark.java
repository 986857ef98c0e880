package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ostinato.PythonTools;
import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Python with PySpark and Jupyter. {@code -Dostinato.tests.python} is one that also has PyTorch,
 * and the packages of {@code requirements.txt}. Default: one without PyTorch, made by the build.
 */
final class PythonSpark {
  private static final Path JAR = Path.of("..", "jobs", "target", "ostinato-jobs.jar");

  /** The same numbers on any machine. */
  private static final String ONE_THREAD = "-Dai.djl.pytorch.num_threads=1";

  private final String python;
  private final Path folder;

  record Outcome(int exit, String output) {}

  private PythonSpark(String python, Path folder) {
    this.python = python;
    this.folder = folder;
  }

  /**
   * Skips the test where there is no such Python.
   *
   * @param folder for a kernel
   */
  static PythonSpark find(Path folder) {
    assumeTrue(
        System.getProperty("ostinato.tests.spark").startsWith("3.5"),
        "PySpark of the tests is one of Spark 3.5");
    String given = System.getProperty("ostinato.tests.python", "");
    return new PythonSpark(given.isEmpty() ? PythonTools.executable().toString() : given, folder);
  }

  /** The jars that a session needs, separated by a comma. */
  static String jars() throws IOException {
    assertThat(JAR).as("a jar that the phase package makes").exists();
    return JAR.toRealPath() + "," + SparkFolder.natives();
  }

  /** Skips the test if this Python has no PyTorch. */
  void requireTorch() throws IOException, InterruptedException {
    assumeTrue(
        run(List.of("-c", "import torch")).exit() == 0,
        "there is no PyTorch in this Python; -Dostinato.tests.python is one that has it");
  }

  /** Makes the kernel {@code ostinato-python}, as users do, for {@link #run}. */
  void setUpKernel() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("./setup", "--python", python));
    command.addAll(List.of("--kernels", folder.resolve("kernels").toString()));
    command.addAll(List.of("--natives", SparkFolder.natives().toString()));
    List<String> options = new ArrayList<>(List.of("-Xmx1g", ONE_THREAD));
    options.addAll(TestJvm.shortLivedOptions());
    for (String option : options) {
      command.addAll(List.of("--jvm", option));
    }
    for (String setting :
        List.of(
            "spark.master=local[2]",
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.driver.extraJavaOptions=-Dostinato.test=both",
            "spark.ui.enabled=false")) {
      command.addAll(List.of("--conf", setting));
    }
    Outcome outcome = call(command);
    assertThat(outcome.output()).contains("setup: the kernel ostinato-python is in ");
  }

  /** Runs this Python; it finds the kernel. */
  Outcome run(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python));
    command.addAll(arguments);
    return call(command);
  }

  private Outcome call(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.matches("(SPARK|PYSPARK)_.*"));
    environment.put("SPARK_LOCAL_IP", "127.0.0.1");
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("JUPYTER_PATH", folder.toString());
    environment.put(
        "OSTINATO_JAVA_OPTIONS",
        String.join(" ", "-Dai.djl.offline=true", ONE_THREAD)
            + " "
            + String.join(" ", TestJvm.shortLivedOptions()));
    environment.put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }
}
