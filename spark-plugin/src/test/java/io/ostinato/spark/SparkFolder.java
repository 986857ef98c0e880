package io.ostinato.spark;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A folder as Spark's own distribution is, made of the jars of the tests' class path that Spark
 * brings: nothing of ours, of DJL, or of what our jar brings is there.
 */
public final class SparkFolder {
  private static final List<String> NOT_OF_SPARK =
      List.of(
          "ai/djl",
          "io/ostinato",
          "/callbacks/target",
          "/spark-plugin/target",
          "/jobs/target",
          "info/picocli",
          "com/google/code/gson",
          "com/microsoft/onnxruntime",
          "com/datadoghq",
          "net/java/dev/jna",
          "org/apache/zeppelin",
          "org/dflib",
          "org/snakeyaml/snakeyaml-engine",
          "org/slf4j/slf4j-simple",
          "org/junit",
          "org/assertj",
          "com/tngtech",
          "hadoop-client-minicluster",
          "surefire");

  private SparkFolder() {}

  /** Links the jars in {@code jars} of this folder, as far as they aren't there yet. */
  public static Path in(Path home) throws IOException {
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path jar = Path.of(entry);
      Path link = jars.resolve(jar.getFileName());
      if (entry.endsWith(".jar")
          && NOT_OF_SPARK.stream().noneMatch(entry::contains)
          && !Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, jar);
      }
    }
    return home;
  }

  /**
   * The command that Spark's script {@code spark-submit} runs.
   *
   * @param launcher runs {@code org.apache.spark.launcher.Main}, which makes the command
   */
  public static List<String> launched(ProcessBuilder launcher) throws IOException {
    Process process = launcher.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String made = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // After a NUL and a line's end come the arguments, each with a NUL behind it.
    return List.of(made.substring(made.indexOf("\0\n") + 2).split("\0"));
  }

  /** The jar of PyTorch's natives that this machine needs. */
  public static Path natives() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.contains("pytorch-native-cpu"))
        .map(Path::of)
        .findFirst()
        .orElseThrow();
  }
}
