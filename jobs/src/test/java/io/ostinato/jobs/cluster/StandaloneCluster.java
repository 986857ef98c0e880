package io.ostinato.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A standalone master and two workers of one core each, on the loopback interface. */
final class StandaloneCluster implements AutoCloseable {
  /** Of spark-submit: small executors of one core, and everything on the loopback interface. */
  static final List<String> SETTINGS =
      List.of(
          "--conf",
          "spark.executor.memory=768m",
          "--conf",
          "spark.executor.cores=1",
          "--conf",
          "spark.driver.host=127.0.0.1",
          "--conf",
          "spark.driver.bindAddress=127.0.0.1",
          "--conf",
          "spark.ui.enabled=false",
          "--conf",
          "spark.executor.extraJavaOptions=-Dai.djl.offline=true",
          "--driver-java-options",
          SparkDistribution.jvmOptions() + " -Dai.djl.offline=true");

  private final SparkDistribution spark;
  private final Path logs;
  private final String url;
  private final JavaProcess master;
  private final List<JavaProcess> workers = new ArrayList<>();
  private int started;

  private StandaloneCluster(SparkDistribution spark, Path logs, String url, JavaProcess master) {
    this.spark = spark;
    this.logs = logs;
    this.url = url;
    this.master = master;
  }

  static StandaloneCluster start(SparkDistribution spark, Path logs)
      throws IOException, InterruptedException {
    String port = Integer.toString(freePort());
    JavaProcess master =
        JavaProcess.start(
            spark.java(
                "org.apache.spark.deploy.master.Master",
                List.of("--host", "127.0.0.1", "--port", port, "--webui-port", "0")),
            logs,
            "master");
    String url = "spark://127.0.0.1:" + port;
    StandaloneCluster cluster = new StandaloneCluster(spark, logs, url, master);
    try {
      master.await("a master", () -> master.err().contains("Starting Spark master at " + url));
      cluster.addWorker();
      cluster.addWorker();
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  /** What {@code --master} takes. */
  String url() {
    return url;
  }

  /** Starts one more worker, and waits until the master knows it. */
  JavaProcess addWorker() throws IOException, InterruptedException {
    String name = "worker-" + started++;
    JavaProcess worker =
        JavaProcess.start(
            spark.java(
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                    "--host",
                    "127.0.0.1",
                    "--webui-port",
                    "0",
                    "--cores",
                    "2",
                    "--memory",
                    "3g",
                    "--work-dir",
                    logs.resolve(name).toString(),
                    url)),
            logs,
            name);
    workers.add(worker);
    worker.await("a worker", () -> worker.err().contains("Successfully registered with master"));
    return worker;
  }

  /** The workers, in the order in which they started. */
  List<JavaProcess> workers() {
    return List.copyOf(workers);
  }

  /** Starts spark-submit. */
  JavaProcess submit(String name, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("--master", url));
    all.addAll(arguments);
    ProcessBuilder builder = spark.submit(all);
    builder.directory(logs.toFile());
    return JavaProcess.start(builder, logs, name);
  }

  /** What the drivers that ran on workers printed. */
  String driverLogs() throws IOException {
    try (Stream<Path> files = Files.walk(logs)) {
      StringBuilder all = new StringBuilder();
      for (Path file : files.filter(f -> f.toString().contains("/driver-")).toList()) {
        if (Files.isRegularFile(file) && !file.toString().endsWith(".jar")) {
          all.append(file).append('\n').append(Files.readString(file));
        }
      }
      return all.toString();
    }
  }

  @Override
  public void close() {
    workers.forEach(JavaProcess::close);
    master.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
