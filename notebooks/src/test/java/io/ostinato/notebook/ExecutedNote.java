package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.PythonTools;
import io.ostinato.spark.SparkFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A notebook that was executed from a clean state, by Jupyter's own tools and the kernel that
 * {@code notebooks/setup} makes.
 */
final class ExecutedNote {
  private static final List<Path> JARS =
      List.of(
          Path.of("..", "jobs", "target", "ostinato-jobs.jar"),
          Path.of("target", "ostinato-notebook.jar"));

  private final JsonObject outputs;

  private ExecutedNote(JsonObject outputs) {
    this.outputs = outputs;
  }

  /**
   * Executes a notebook; skips the test where there is no Python.
   *
   * @param master the Spark master of its sessions
   * @param folder for the kernel, and for what it logs
   */
  static ExecutedNote run(Path note, String master, Path folder)
      throws IOException, InterruptedException {
    String python = PythonTools.executable().toString();
    for (Path jar : JARS) {
      assertThat(jar).as("a jar that the phase package makes").exists();
    }
    setUp(python, master, folder);
    String printed =
        call(
            folder,
            List.of(python, "src/test/python/execute.py", note.toString(), "ostinato-java"));
    return new ExecutedNote(JsonParser.parseString(printed).getAsJsonObject());
  }

  private static void setUp(String python, String master, Path folder)
      throws IOException, InterruptedException {
    Path spark = Path.of("target", "spark-" + System.getProperty("ostinato.tests.spark"));
    String shortLived = System.getProperty("ostinato.tests.jvm.short");
    List<String> command = new ArrayList<>(List.of("./setup", "--python", python));
    command.addAll(List.of("--kernels", folder.resolve("kernels").toString()));
    command.addAll(List.of("--spark", SparkFolder.in(spark).toString()));
    command.addAll(List.of("--natives", SparkFolder.natives().toString()));
    command.addAll(List.of("--jvm", shortLived));
    for (String setting :
        List.of(
            "spark.master=" + master,
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.ui.enabled=false",
            "spark.executor.extraJavaOptions=-Dai.djl.offline=true " + shortLived)) {
      command.addAll(List.of("--conf", setting));
    }
    call(folder, command);
  }

  private static String call(Path folder, List<String> command)
      throws IOException, InterruptedException {
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

  /**
   * The text of a cell's outputs of one kind, such as {@code text/plain}, {@code stderr}, {@code
   * error}.
   */
  List<String> outputs(String cell, String kind) {
    return StreamSupport.stream(outputs.getAsJsonArray(cell).spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(output -> output.get(output.get("type").getAsString().equals(kind) ? "text" : kind))
        .filter(text -> text != null)
        .map(JsonElement::getAsString)
        .toList();
  }

  /** All errors and all text that cells wrote, with the cells' ids. */
  List<String> troubles() {
    return outputs.keySet().stream()
        .flatMap(
            cell ->
                List.of("error", "stderr", "stdout").stream()
                    .flatMap(kind -> outputs(cell, kind).stream())
                    .map(text -> cell + ": " + text))
        .collect(Collectors.toList());
  }
}
