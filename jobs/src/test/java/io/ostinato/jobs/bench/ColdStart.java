package io.ostinato.jobs.bench;

import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts the quickstart with spark-submit, in processes of their own.
 *
 * @param home a Spark folder
 * @param jar the jar that is shipped
 * @param folder for caches, logs and output
 */
record ColdStart(Path home, Path jar, Path folder) {
  private static final String LOG_FORMAT =
      """
      rootLogger.level = info
      rootLogger.appenderRef.console.ref = console
      appender.console.type = Console
      appender.console.name = console
      appender.console.target = SYSTEM_ERR
      appender.console.layout.type = PatternLayout
      appender.console.layout.pattern = %d{UNIX_MILLIS} %c{1}: %m%n
      """;

  static ColdStart in(Path target, Path folder) throws IOException {
    Path jar = target.resolve("ostinato-jobs.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException("'%s' is missing; build it with mvn package".formatted(jar));
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("log4j2.properties"), LOG_FORMAT);
    return new ColdStart(SparkFolder.in(folder.resolve("spark")), jar, folder);
  }

  /**
   * Options with which all classes come from one class path, in the order of the archive: the JVM
   * expands a wildcard in an unspecified order.
   */
  List<String> oneClassPath() throws IOException {
    try (Stream<Path> spark = Files.list(home.resolve("jars"))) {
      return List.of(
          "--driver-class-path",
          Stream.concat(Stream.of(jar, SparkFolder.natives()), spark.sorted())
              .map(Path::toString)
              .collect(Collectors.joining(File.pathSeparator)));
    }
  }

  /** Options that take the natives as a jar of the application. */
  List<String> jars() {
    return List.of("--jars", "local:" + SparkFolder.natives());
  }

  /**
   * Trains one epoch.
   *
   * @param cache the folder of the unpacked libraries
   * @param options of spark-submit
   * @param jvm options of the driver's JVM
   * @throws IllegalStateException if the command prints no metric, or fails
   */
  StartTimeline run(Path cache, List<String> options, String jvm)
      throws IOException, InterruptedException {
    Path output = Files.createTempDirectory(folder, "run");
    Path log = output.resolve("log.txt");
    long start = System.currentTimeMillis();
    long startNanos = System.nanoTime();
    Process process =
        process(cache, submitted(cache, arguments(options, jvm, output)))
            .redirectError(log.toFile())
            .start();
    double total = Double.NaN;
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = out.readLine()) != null; ) {
        if (Double.isNaN(total) && line.startsWith("E1_")) {
          total = (System.nanoTime() - startNanos) / 1e9;
        }
      }
    }
    if (process.waitFor() != 0 || Double.isNaN(total)) {
      throw new IllegalStateException("the quickstart failed; see " + log);
    }
    return StartTimeline.of(Files.readAllLines(log), start, total);
  }

  private List<String> arguments(List<String> options, String jvm, Path output) {
    String java =
        "-Dai.djl.offline=true -Dlog4j2.configurationFile=%s %s"
            .formatted(folder.resolve("log4j2.properties"), jvm)
            .strip();
    return Stream.of(
            List.of("--driver-java-options", java),
            options,
            List.of("--class", "io.ostinato.jobs.Main", jar.toString()),
            List.of("quickstart", "--epochs", "1", "--output", output.toString()))
        .flatMap(List::stream)
        .toList();
  }

  /** The command that Spark's own script makes with Spark's launcher. */
  private List<String> submitted(Path cache, List<String> arguments) throws IOException {
    List<String> launcher =
        new ArrayList<>(
            List.of(
                TestJvm.java(),
                "-Xmx128m",
                "-cp",
                home + "/jars/*",
                "org.apache.spark.launcher.Main",
                "org.apache.spark.deploy.SparkSubmit"));
    launcher.addAll(arguments);
    return SparkFolder.launched(process(cache, launcher));
  }

  private ProcessBuilder process(Path cache, List<String> command) {
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("SPARK_HOME", home.toString());
    process.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    process.environment().put("SPARK_LOCAL_HOSTNAME", "127.0.0.1");
    process.environment().put("DJL_CACHE_DIR", cache.toString());
    return process;
  }
}
