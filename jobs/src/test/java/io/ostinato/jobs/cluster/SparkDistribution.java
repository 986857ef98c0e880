package io.ostinato.jobs.cluster;

import io.ostinato.spark.SparkFolder;
import io.ostinato.spark.TestJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link SparkFolder}, and processes that run in it. */
final class SparkDistribution {
  private final Path home;

  private SparkDistribution(Path home) {
    this.home = home;
  }

  static SparkDistribution in(Path home) throws IOException {
    return new SparkDistribution(SparkFolder.in(home));
  }

  /** The jar of PyTorch's natives that this machine needs. */
  static Path natives() {
    return SparkFolder.natives();
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
    return String.join(" ", TestJvm.sparkOptions());
  }

  /** What makes a Java process quicker that ends before it has been compiled well. */
  static String shortLived() {
    return String.join(" ", TestJvm.shortLivedOptions());
  }

  /** A Java process with Spark's jars as its class path, and Spark's usual options. */
  ProcessBuilder java(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    command.addAll(TestJvm.sparkOptions());
    command.addAll(TestJvm.shortLivedOptions());
    command.addAll(List.of("-Xmx768m", "-cp", home.resolve("jars") + "/*", mainClass));
    command.addAll(arguments);
    return inSpark(command);
  }

  /** What Spark's script {@code spark-submit} runs: the command that Spark's launcher makes. */
  ProcessBuilder submit(List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("org.apache.spark.deploy.SparkSubmit"));
    all.addAll(arguments);
    return inSpark(SparkFolder.launched(java("org.apache.spark.launcher.Main", all)));
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
