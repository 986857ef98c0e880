package io.ostinato.jobs.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A standalone master and two workers of two cores each, on the loopback interface. */
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
          "spark.executor.extraJavaOptions="
              + SparkDistribution.shortLived()
              + " -Dai.djl.offline=true",
          "--driver-java-options",
          SparkDistribution.jvmOptions()
              + " "
              + SparkDistribution.shortLived()
              + " -Dai.djl.offline=true");

  private static final Pattern SUBMITTED = Pattern.compile("submitted as (driver-\\d+-\\d+)");

  private final SparkDistribution spark;
  private final Path logs;
  private final String url;
  private final JavaProcess master;
  private final List<JavaProcess> workers = new ArrayList<>();
  private int started;

  /** A driver that ran on a worker: how it ended, in the worker's words, and what it printed. */
  record Driver(String end, String out, String err) {
    private static Driver of(String end, Path folder) {
      return new Driver(
          end,
          JavaProcess.read(folder.resolve("stdout")),
          JavaProcess.read(folder.resolve("stderr")));
    }

    /** Where the words of a command are, done or failed. */
    private String words() {
      return end.endsWith("successfully") ? out : err;
    }
  }

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
                    workFolder(name).toString(),
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

  /** Starts spark-submit, in a folder of its own. */
  JavaProcess submit(String name, List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("--master", url));
    all.addAll(arguments);
    ProcessBuilder builder = spark.submit(all);
    builder.directory(Files.createDirectories(logs.resolve(name)).toFile());
    return JavaProcess.start(builder, logs, name);
  }

  /** Waits for the end of the driver that a submission started on a worker, and for its words. */
  Driver awaitDriver(JavaProcess submission, String words)
      throws IOException, InterruptedException {
    submission.await("the end of the driver", () -> end(submission).isPresent());
    String end = end(submission).orElseThrow();
    Path folder = folder(id(submission).orElseThrow());
    // A worker may not be done yet with copying what a driver printed last.
    submission.await(
        "'%s' by a driver that has printed\n%s\n".formatted(words, Driver.of(end, folder)),
        () -> Driver.of(end, folder).words().contains(words));
    return Driver.of(end, folder);
  }

  private Path folder(String driver) {
    return IntStream.range(0, started)
        .mapToObj(worker -> workFolder("worker-" + worker).resolve(driver))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow();
  }

  private Optional<String> end(JavaProcess submission) {
    return id(submission)
        .flatMap(
            id ->
                workers.stream()
                    .flatMap(worker -> worker.err().lines())
                    .filter(line -> line.contains("Driver " + id))
                    .findFirst());
  }

  private static Optional<String> id(JavaProcess submission) {
    Matcher id = SUBMITTED.matcher(submission.err());
    return id.find() ? Optional.of(id.group(1)) : Optional.empty();
  }

  private Path workFolder(String worker) {
    return logs.resolve(worker);
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
