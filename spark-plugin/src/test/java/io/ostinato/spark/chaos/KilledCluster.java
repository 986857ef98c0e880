package io.ostinato.spark.chaos;

import io.ostinato.spark.TestJvm;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A standalone master and two workers of one core each. The workers have hosts of their own, since
 * Spark runs the copy of a slow task only on another host: in {@code local-cluster}, where all
 * executors have the same one, there is no speculation.
 */
final class KilledCluster implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 120;

  private final Path folder;
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();
  private final Set<Long> killed = new HashSet<>();

  private KilledCluster(Path folder, int port, Process master) {
    this.folder = folder;
    this.port = port;
    this.master = master;
  }

  /** Starts the processes; the master is there when this returns. */
  static KilledCluster start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    int port = freePort();
    KilledCluster cluster =
        new KilledCluster(
            folder,
            port,
            java(
                folder.resolve("master"),
                "127.0.0.1",
                "org.apache.spark.deploy.master.Master",
                "--port",
                Integer.toString(port)));
    try {
      cluster.awaitMaster();
      for (String host : List.of("127.0.0.1", "127.0.0.2")) {
        cluster.workers.add(cluster.worker(host));
      }
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
  }

  String url() {
    return "spark://127.0.0.1:" + port;
  }

  /** The processes of executors that live, and that were not killed, the oldest first. */
  private List<ProcessHandle> executors() {
    return workers.stream()
        .flatMap(Process::children)
        .filter(ProcessHandle::isAlive)
        .filter(child -> !killed.contains(child.pid()))
        .sorted(Comparator.comparing(child -> child.info().startInstant().orElse(Instant.MAX)))
        .toList();
  }

  /** The number of executors that were killed. */
  synchronized int killed() {
    return killed.size();
  }

  /** Counts an executor that has killed itself. */
  synchronized void hasDied(long pid) {
    killed.add(pid);
  }

  /** Kills one of the executors that live, if there is one. */
  synchronized boolean kill(int number) {
    List<ProcessHandle> executors = executors();
    if (executors.isEmpty()) {
      return false;
    }
    ProcessHandle executor = executors.get(number % executors.size());
    killed.add(executor.pid());
    return executor.destroyForcibly();
  }

  /** Kills an executor as soon as there is one. */
  void killNext(int number) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!kill(number)) {
      check(System.nanoTime() < end && master.isAlive(), "no executor came up");
      master.waitFor(1, TimeUnit.MILLISECONDS);
    }
  }

  private Process worker(String host) throws IOException {
    return java(
        folder.resolve("worker-" + host),
        host,
        "org.apache.spark.deploy.worker.Worker",
        "--cores",
        "1",
        "--memory",
        "2g",
        "--work-dir",
        folder.resolve("work-" + host).toString(),
        url());
  }

  private void awaitMaster() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!answers()) {
      check(System.nanoTime() < end && master.isAlive(), "the master did not start");
      master.waitFor(10, TimeUnit.MILLISECONDS);
    }
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false; // it has not opened its port yet
    }
  }

  private void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(
          "%s; the master printed: %s".formatted(problem, read(folder.resolve("master"))));
    }
  }

  private static Process java(Path log, String host, String mainClass, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(TestJvm.shortLivedOptions());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of("--host", host, "--webui-port", "0"));
    command.addAll(List.of(arguments));
    File file = log.toFile();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file);
    builder.environment().put("SPARK_LOCAL_IP", host);
    return builder.start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    List<Process> all = new ArrayList<>(workers);
    all.add(master);
    for (Process process : all) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().onExit().join();
    }
  }
}
