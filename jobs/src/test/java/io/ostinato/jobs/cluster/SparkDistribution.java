package io.ostinato.jobs.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A folder as Spark's own distribution is, made of the jars of the tests' class path that Spark
 * brings: nothing of ours, of DJL, or of what our jar brings is there.
 */
final class SparkDistribution {
  private static final List<String> NOT_OF_SPARK =
      List.of(
          "ai/djl",
          "io/ostinato",
          "/callbacks/target",
          "/spark-plugin/target",
          "info/picocli",
          "com/google/code/gson",
          "com/microsoft/onnxruntime",
          "com/datadoghq",
          "net/java/dev/jna",
          "org/snakeyaml/snakeyaml-engine",
          "org/junit",
          "org/assertj",
          "com/tngtech",
          "hadoop-client-minicluster",
          "surefire");
  private static final String JVM_OPTIONS = "ostinato.tests.jvm.options";
  private static final String SHORT_LIVED = "ostinato.tests.jvm.short";

  private final Path home;

  private SparkDistribution(Path home) {
    this.home = home;
  }

  static SparkDistribution in(Path home) throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      if (entry.endsWith(".jar") && NOT_OF_SPARK.stream().noneMatch(entry::contains)) {
        Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
      }
    }
    return new SparkDistribution(home);
  }

  /** The jar of PyTorch's natives that this machine needs. */
  static Path natives() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.contains("pytorch-native-cpu"))
        .map(Path::of)
        .findFirst()
        .orElseThrow();
  }

  /** The jar that is shipped. */
  static Path jar() {
    return built("ostinato-jobs.jar");
  }

  /** A file that the build of this module made. */
  static Path built(String name) {
    return module().resolve("target").resolve(name);
  }

  /** This module's folder. */
  static Path module() {
    return Path.of(System.getProperty("basedir"));
  }

  /**
   * What Spark asks of a Java 17 virtual machine; drivers on a standalone worker aren't given it.
   */
  static String jvmOptions() {
    return String.join(" ", System.getProperty(JVM_OPTIONS).strip().split("\\s+"));
  }

  /** What makes a Java process quicker that ends before it has been compiled well. */
  static String shortLived() {
    return System.getProperty(SHORT_LIVED);
  }

  /** A Java process with Spark's jars as its class path, and Spark's usual options. */
  ProcessBuilder java(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions().split(" ")));
    command.add(shortLived());
    command.addAll(List.of("-Xmx768m", "-cp", home.resolve("jars") + "/*", mainClass));
    command.addAll(arguments);
    return inSpark(command);
  }

  /** What Spark's script {@code spark-submit} runs: the command that Spark's launcher makes. */
  ProcessBuilder submit(List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit"));
    all.addAll(arguments);
    Process launcher =
        java("org.apache.spark.launcher.Main", all)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String made = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // After a NUL and a line's end come the arguments, each with a NUL behind it.
    return inSpark(List.of(made.substring(made.indexOf("\0\n") + 2).split("\0")));
  }

  private ProcessBuilder inSpark(List<String> command) {
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("SPARK_SUBMIT_OPTS", shortLived());
    process.environment().put("SPARK_HOME", home.toString());
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    process.environment().put("SPARK_LOCAL_HOSTNAME", "127.0.0.1");
    process.environment().put("SPARK_SCALA_VERSION", System.getenv("SPARK_SCALA_VERSION"));
    return process;
  }
}
