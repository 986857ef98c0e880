package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.PythonTools;
import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kernel that {@code notebooks/setup} makes, and Python scripts that use it. */
final class JavaKernel {
  static final String NAME = "ostinato-java";

  private static final List<Path> JARS =
      List.of(
          Path.of("..", "jobs", "target", "ostinato-jobs.jar"),
          Path.of("target", "ostinato-notebook.jar"));

  private final String python;
  private final Path folder;

  private JavaKernel(String python, Path folder) {
    this.python = python;
    this.folder = folder;
  }

  /**
   * Makes the kernel; skips the test where there is no Python.
   *
   * @param master the Spark master of its sessions
   * @param folder for the kernel, and for what it logs
   */
  static JavaKernel setUp(String master, Path folder) throws IOException, InterruptedException {
    JavaKernel kernel = new JavaKernel(PythonTools.executable().toString(), folder);
    for (Path jar : JARS) {
      assertThat(jar).as("a jar that the phase package makes").exists();
    }
    kernel.setUp(master);
    return kernel;
  }

  private void setUp(String master) throws IOException, InterruptedException {
    String oneThread = "-Dai.djl.pytorch.num_threads=1"; // the same numbers on any machine
    List<String> command = new ArrayList<>(List.of("./setup", "--python", python));
    command.addAll(List.of("--kernels", folder.resolve("kernels").toString()));
    command.addAll(List.of("--spark", SparkFolder.in(folder.resolve("spark")).toString()));
    command.addAll(List.of("--natives", SparkFolder.natives().toString()));
    command.addAll(List.of("--jvm", oneThread));
    TestJvm.shortLivedOptions().forEach(option -> command.addAll(List.of("--jvm", option)));
    for (String setting :
        List.of(
            "spark.master=" + master,
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.ui.enabled=false",
            "spark.executor.extraJavaOptions=-Dai.djl.offline=true "
                + oneThread
                + " "
                + String.join(" ", TestJvm.shortLivedOptions()))) {
      command.addAll(List.of("--conf", setting));
    }
    call(command);
  }

  /** Runs a script of {@code src/test/python}, and returns what it prints; fails if it does. */
  String python(String script, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(python, "-B", Path.of("src/test/python", script).toString()));
    command.addAll(List.of(arguments));
    return call(command);
  }

  private String call(List<String> command) throws IOException, InterruptedException {
    Path log = folder.resolve("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JUPYTER_PATH", folder.toString());
    builder.environment().put("SPARK_LOCAL_HOSTNAME", "127.0.0.1");
    Process process = builder.start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(command + " failed: " + printed + Files.readString(log));
    }
    return printed;
  }
}
