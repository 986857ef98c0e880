package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.storage.MiniDfs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream;
import org.apache.hadoop.hdfs.client.HdfsDataOutputStream.SyncFlag;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed, and folders of HDFS. */
@Tag("spark35")
class WatchIT {
  @TempDir static Path shared;
  private static MiniDfs dfs;
  @TempDir Path folder;

  @BeforeAll
  static void writeData() throws IOException {
    dfs = new MiniDfs(shared.resolve("dfs"));
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, shared.resolve("images.parquet"));
    }
  }

  @AfterAll
  static void stopHdfs() {
    dfs.close();
  }

  @Test
  void aProcessThatIsKilledAndStartedAgainLosesAndRepeatsNothing() throws Exception {
    Path checkpoints = Files.createDirectories(folder.resolve("net"));
    Path metrics = folder.resolve("runs/run/metrics.jsonl");
    IntStream.rangeClosed(1, 6).forEach(n -> WatchLines.write(checkpoints, n, "a"));
    Process killed = start(checkpoints);
    await(killed, () -> WatchLines.of(metrics).size() >= 2);
    killed.destroyForcibly().waitFor();
    int before = WatchLines.of(metrics).size();
    IntStream.rangeClosed(7, 9).forEach(n -> WatchLines.write(checkpoints, n, "b"));
    Process asked = start(checkpoints);
    await(asked, () -> WatchLines.of(metrics).size() > before);
    asked.destroy();
    assertThat(asked.waitFor()).as(log()).isZero();
    assertThat(Files.exists(folder.resolve("runs/run/summary.json"))).isTrue();
    assertThat(start(checkpoints, "--once").waitFor()).as(log()).isZero();
    List<JsonObject> lines = WatchLines.of(metrics);
    assertThat(WatchLines.names(lines, "evaluated"))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 9).mapToObj(WatchLines::name).toList());
    assertThat(WatchLines.fileNames(folder.resolve("runs/run")))
        .containsExactly(
            "checkpoints",
            "evaluations.jsonl",
            "metrics.jsonl",
            "report.html",
            "run.json",
            "summary.json",
            "tensorboard",
            "watch.txt");
    assertThat(
            WatchLines.of(folder.resolve("runs/run/evaluations.jsonl")).stream()
                .map(line -> line.get("callback").getAsString()))
        .as("none twice, wherever the process was killed")
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 9).mapToObj(WatchLines::name).toList());
  }

  @Test
  void checkpointsAndRunsMayBeOnHdfs() throws IOException {
    FileSystem files = FileSystem.get(dfs.configuration());
    String root = dfs.newFolder();
    org.apache.hadoop.fs.Path net = new org.apache.hadoop.fs.Path(root, "net");
    files.mkdirs(net);
    IntStream.rangeClosed(1, 2).forEach(n -> WatchLines.write(folder, n, n == 1 ? "a" : "b"));
    for (int n = 1; n <= 2; n++) {
      files.copyFromLocalFile(local(n), new org.apache.hadoop.fs.Path(net, WatchLines.name(n)));
      files.create(new org.apache.hadoop.fs.Path(net, WatchLines.name(n) + ".done")).close();
    }
    files.copyFromLocalFile(local(1), new org.apache.hadoop.fs.Path(net, WatchLines.name(3)));
    for (int i = 0; i < 2; i++) {
      watch(net.toString(), root, "--marker", ".done", "--once");
    }
    org.apache.hadoop.fs.Path run = new org.apache.hadoop.fs.Path(root, "runs/run");
    assertThat(
            WatchLines.names(
                WatchLines.of(files, new org.apache.hadoop.fs.Path(run, "metrics.jsonl")),
                "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
    assertThat(
            files.exists(
                new org.apache.hadoop.fs.Path(run, "checkpoints/best_model.cross_entropy.test.pt")))
        .isTrue();
    assertThat(files.exists(new org.apache.hadoop.fs.Path(run, "summary.json"))).isTrue();
    assertThat(files.exists(new org.apache.hadoop.fs.Path(run, "report.html"))).isTrue();
  }

  @Test
  void aFileOfHdfsIsNotTakenWhileItsWriterHasItOpen() throws Exception {
    FileSystem files = FileSystem.get(dfs.configuration());
    org.apache.hadoop.fs.Path net = new org.apache.hadoop.fs.Path(dfs.newFolder(), "net");
    Path metrics = folder.resolve("runs/run/metrics.jsonl");
    WatchLines.write(folder, 1, "a");
    byte[] content = Files.readAllBytes(folder.resolve(WatchLines.name(1)));
    files.copyFromLocalFile(local(1), new org.apache.hadoop.fs.Path(net, WatchLines.name(1)));
    var out =
        (HdfsDataOutputStream) files.create(new org.apache.hadoop.fs.Path(net, WatchLines.name(2)));
    out.write(content, 0, content.length / 2);
    out.hsync(EnumSet.of(SyncFlag.UPDATE_LENGTH));
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              while (WatchLines.of(metrics).isEmpty()) {
                LockSupport.parkNanos(1_000_000);
              }
              try (out) {
                out.write(content, content.length / 2, content.length - content.length / 2);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    watch(net.toString(), folder.toString(), "--policy", "latest", "--until-idle", "1s");
    writer.get();
    assertThat(WatchLines.names(WatchLines.of(metrics), "evaluated"))
        .containsExactly(WatchLines.name(1), WatchLines.name(2));
  }

  private void watch(String checkpoints, String root, String... more) {
    StringWriter err = new StringWriter();
    List<String> options =
        WatchLines.options(shared.resolve("images.parquet"), checkpoints, root + "/runs", more);
    assertThat(
            Main.run(
                new PrintWriter(new StringWriter(), true),
                new PrintWriter(err, true),
                options.toArray(String[]::new)))
        .as(err.toString())
        .isZero();
  }

  private org.apache.hadoop.fs.Path local(int n) {
    return new org.apache.hadoop.fs.Path(folder.resolve(WatchLines.name(n)).toUri());
  }

  private Process start(Path checkpoints, String... more) throws IOException {
    List<String> command =
        MainProcess.command(
            WatchLines.options(
                shared.resolve("images.parquet"),
                checkpoints.toString(),
                folder.resolve("runs").toString(),
                more));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  /** Waits for a condition as long as the process lives. */
  private void await(Process process, BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).as(log()).isFalse();
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }
}
