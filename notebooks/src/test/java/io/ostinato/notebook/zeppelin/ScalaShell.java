package io.ostinato.notebook.zeppelin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Spark's own shell, in a process of its own. Zeppelin's Spark interpreter passes each paragraph to
 * the same class in the same way.
 */
final class ScalaShell {
  private static final String SHELL = "org.apache.spark.repl.Main";
  private static final String PROMPT = "<next cell>";
  private static final String END = "END_OF_THE_CELL";
  private static final long LONGEST_MINUTES = 5;

  /**
   * Instructions that every CPU of x86-64 has, as in {@code notes.py}: others round differently.
   */
  private static final Map<String, String> PORTABLE =
      Map.of(
          "ATEN_CPU_CAPABILITY",
          "default",
          "MKL_CBWR",
          "COMPATIBLE",
          "ONEDNN_MAX_CPU_ISA",
          "SSE41");

  /** The same numbers with any number of cores. */
  private static final String ONE_THREAD = "-Dai.djl.pytorch.num_threads=1";

  private static final List<Path> JARS =
      List.of(
          Path.of("..", "jobs", "target", "ostinato-jobs.jar"),
          Path.of("target", "ostinato-notebook.jar"));

  /** What the shell writes between a cell's code and its outputs; differs between versions. */
  private static final Pattern INTERPRETING =
      Pattern.compile("// Exiting paste mode.*now interpreting\\.\\n+");

  private final String master;
  private final Path folder;

  /**
   * @param folder the working directory, whose parent gets a log
   */
  ScalaShell(String master, Path folder) {
    this.master = master;
    this.folder = folder;
  }

  /**
   * Runs cells one after the other, from a clean state; skips the test if Spark has no shell here.
   *
   * @return what each of them prints
   */
  List<String> run(List<String> cells) throws IOException, InterruptedException {
    Assumptions.assumeTrue(hasShell(), "the tests' Spark has no shell: no class " + SHELL);
    for (Path jar : JARS) {
      assertThat(jar).as("a jar that the phase package makes").exists();
    }
    Path input =
        Files.writeString(
            folder.resolveSibling("cells.txt"),
            cells.stream()
                .map(cell -> ":paste < %s\n%s\n%s\n".formatted(END, cell, END))
                .collect(Collectors.joining()));
    Path printed = folder.resolveSibling("printed.txt");
    Path log = folder.resolveSibling("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectInput(input.toFile())
            .redirectOutput(printed.toFile())
            .redirectError(log.toFile());
    builder.environment().putAll(PORTABLE);
    builder.environment().put("SPARK_HOME", spark().toString());
    builder.environment().put("SPARK_LOCAL_HOSTNAME", "127.0.0.1");
    Process process = builder.start();
    if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    List<String> outputs = outputs(Files.readString(printed));
    if (process.waitFor() != 0 || outputs.size() != cells.size()) {
      throw new AssertionError(
          "the shell ended with %d after %d of %d cells: %s\n%s"
              .formatted(
                  process.exitValue(),
                  outputs.size(),
                  cells.size(),
                  Files.readString(printed),
                  Files.readString(log)));
    }
    return outputs;
  }

  private static List<String> outputs(String printed) {
    return Stream.of(printed.split("\n?" + PROMPT, -1))
        .map(INTERPRETING::matcher)
        .filter(Matcher::find)
        .map(cell -> cell.replaceFirst("\0").replaceFirst("(?s).*\0", ""))
        .toList();
  }

  private static boolean hasShell() {
    return ScalaShell.class.getClassLoader().getResource(SHELL.replace('.', '/') + ".class")
        != null;
  }

  /** One for each shell: clusters that start in the same second have the same working folder. */
  private Path spark() throws IOException {
    return SparkFolder.in(folder.resolveSibling("spark")).toAbsolutePath();
  }

  private List<String> command() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    command.addAll(TestJvm.sparkOptions());
    command.addAll(TestJvm.shortLivedOptions());
    command.add("-Xmx1g");
    command.add("-Dscala.usejavacp=true");
    command.add("-Dscala.repl.prompt=" + PROMPT);
    command.add("-Dlog4j2.configurationFile=" + Path.of("log4j2.properties").toAbsolutePath());
    command.add("-Dai.djl.offline=true");
    command.add(ONE_THREAD);
    command.addAll(List.of("-cp", spark().resolve("jars") + "/*"));
    command.add("org.apache.spark.deploy.SparkSubmit");
    command.addAll(List.of("--master", master, "--name", "notes", "--class", SHELL));
    command.addAll(List.of("--jars", absolute(Stream.concat(JARS.stream(), natives()))));
    command.addAll(List.of("--files", absolute(Stream.of(Path.of("data", "digits.pt")))));
    for (String setting :
        List.of(
            "spark.driver.host=127.0.0.1",
            "spark.driver.bindAddress=127.0.0.1",
            "spark.ui.enabled=false",
            "spark.sql.shuffle.partitions=2",
            "spark.executor.extraJavaOptions="
                + String.join(" ", "-Dai.djl.offline=true", ONE_THREAD)
                + " "
                + String.join(" ", TestJvm.shortLivedOptions()))) {
      command.addAll(List.of("--conf", setting));
    }
    command.add("spark-shell");
    return command;
  }

  private static Stream<Path> natives() {
    return Stream.of(SparkFolder.natives());
  }

  private static String absolute(Stream<Path> files) {
    return files.map(file -> file.toAbsolutePath().toString()).collect(Collectors.joining(","));
  }
}
