package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.LogLines;
import io.ostinato.PythonTools;
import io.ostinato.schedule.TrainingIteration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrackersTest {
  private static final String DELIBERATELY = "java.lang.IllegalStateException: deliberately";
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00.250Z");
  @TempDir Path folder;

  @Test
  void theConsoleShowsALineForEachRecord() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Tracker console = Trackers.console(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    console.log(record(10, "accuracy/test", 0.5, "loss/test", Double.NaN));
    assertThat(bytes.toString(StandardCharsets.UTF_8).strip())
        .isEqualTo("E1_U10_S160      accuracy/test 0.500000  loss/test NaN");
  }

  @Test
  void aMemberThatFailsStopsNeitherTheOthersNorTheCaller() {
    Recording good = new Recording("never");
    Recording startless = new Recording("start");
    Recording logless = new Recording("log");
    Tracker all = Trackers.all(List.of(startless, logless, good));
    assertThatCode(
            () -> {
              all.start(run());
              all.log(record(1, "a", 1));
              all.log(record(2, "a", 2));
              all.finish(RunSummary.of(MetricProperties.defaults(), List.of()), RunStatus.FINISHED);
              all.close();
            })
        .doesNotThrowAnyException();
    assertThat(good.seen).containsExactly("start", "log", "log", "finish", "close");
    assertThat(logless.seen).containsExactly("start", "log", "log", "finish", "close");
    assertThat(startless.seen).as("is not used").containsExactly("start", "close");
  }

  @Test
  void lossesAreWarnedAboutAtABoundedRateAndCounted() {
    Recording logless = new Recording("log");
    Tracker all = Trackers.all(List.of(logless));
    List<String> lines =
        LogLines.of(
            () -> {
              all.start(run());
              for (int update = 1; update <= 100; update++) {
                all.log(record(update, "a", update));
              }
              all.close();
            });
    assertThat(lines.stream().filter(line -> line.contains("WARN")).map(TrackersTest::message))
        .containsExactly(
            "Recording lost a record; training goes on",
            "Recording lost a record, its failure number 2: " + DELIBERATELY,
            "Recording lost a record, its failure number 4: " + DELIBERATELY,
            "Recording lost a record, its failure number 8: " + DELIBERATELY,
            "Recording lost a record, its failure number 16: " + DELIBERATELY,
            "Recording lost a record, its failure number 32: " + DELIBERATELY,
            "Recording lost a record, its failure number 64: " + DELIBERATELY,
            "Recording has failed 100 times in this run");
  }

  @Test
  void whatATrackerThrowsWithoutDeclaringItStopsNothingButTheVirtualMachinesErrors() {
    for (Throwable failure :
        List.of(
            new IOException("gone"),
            new AssertionError("wrong"),
            new ExceptionInInitializerError())) {
      Tracker all = Trackers.all(List.of(record -> sneak(failure)));
      all.start(run());
      assertThatCode(() -> all.log(record(1, "a", 1))).doesNotThrowAnyException();
      all.close();
    }
    Tracker all = Trackers.all(List.of(record -> sneak(new OutOfMemoryError("full"))));
    all.start(run());
    assertThatThrownBy(() -> all.log(record(1, "a", 1)))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("full");
  }

  @SuppressWarnings("unchecked") // throws what it isn't declared to throw
  private static <T extends Throwable> void sneak(Throwable failure) throws T {
    throw (T) failure;
  }

  private static String message(String line) {
    return line.substring(line.indexOf(" - ") + 3);
  }

  @Test
  void tensorBoardReadsTheEventFiles() throws IOException {
    TensorBoardTracker tracker = TensorBoardTracker.inRunFolder();
    tracker.start(run());
    tracker.log(record(10, "accuracy/test", 0.125, "loss/test", Double.POSITIVE_INFINITY));
    tracker.log(record(1 << 20, "accuracy/test", 1.0 / 3));
    tracker.close();
    tracker.start(run());
    tracker.log(record(1L << 40, "accuracy/test", 0.75));
    tracker.close();
    try (Stream<Path> files = Files.list(folder.resolve("tensorboard"))) {
      assertThat(files).hasSize(2);
    }
    String read =
        PythonTools.python(
            "-c",
            """
            import sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1])
            events.Reload()
            for tag in sorted(events.Tags()["scalars"]):
                for e in events.Scalars(tag):
                    print(tag, e.step, repr(e.value), e.wall_time)
            """,
            folder.resolve("tensorboard").toString());
    assertThat(read.lines())
        .containsExactly(
            "accuracy/test 10 0.125 1795521600.25",
            "accuracy/test 1048576 0.3333333432674408 1795521600.25",
            "accuracy/test 1099511627776 0.75 1795521600.25",
            "loss/test 10 inf 1795521600.25");
  }

  @Test
  void tensorBoardShowsPicturesAndHistograms() {
    TensorBoardTracker tracker = TensorBoardTracker.inRunFolder();
    tracker.start(run());
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray grey = manager.create(new float[] {0, 0.5f, 1, 0.25f, 0.75f, 2}, new Shape(2, 3));
      NDArray red =
          manager.create(new int[] {255, 0, 0}, new Shape(3, 1, 1)).toType(DataType.UINT8, false);
      tracker.logImage(record(10).iteration(), NOW, "grey", Picture.of(grey));
      tracker.logImage(record(10).iteration(), NOW, "red", Picture.of(red));
    }
    tracker.logHistogram(record(20).iteration(), NOW, "numbers", Histogram.of(1, 2, 2, 9));
    tracker.logHistogram(record(30).iteration(), NOW, "numbers", Histogram.of(Double.NaN));
    tracker.close();
    String read =
        PythonTools.python(
            "-c",
            """
            import io, sys
            import numpy
            from PIL import Image
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            # 0 keeps all of them.
            events = EventAccumulator(sys.argv[1], size_guidance={"histograms": 0})
            events.Reload()
            for tag in sorted(events.Tags()["images"]):
                for e in events.Images(tag):
                    picture = Image.open(io.BytesIO(e.encoded_image_string))
                    print(tag, e.step, e.height, e.width, numpy.asarray(picture).tolist())
            for e in events.Histograms("numbers"):
                h = e.histogram_value
                full = [(l, c) for l, c in zip(h.bucket_limit, h.bucket) if c]
                print(e.step, h.min, h.max, h.num, h.sum, h.sum_squares, len(h.bucket), full)
            """,
            folder.resolve("tensorboard").toString());
    assertThat(read.lines())
        .containsExactly(
            "grey 10 2 3 [[0, 128, 255], [64, 191, 255]]",
            "red 10 1 1 [[[255, 0, 0]]]",
            "20 1.0 9.0 4.0 14.0 90.0 64 [(1.125, 1.0), (2.0, 2.0), (9.0, 1.0)]",
            "30 nan nan 0.0 0.0 0.0 0 []");
  }

  @Test
  void mlflowHasTheRun() throws Exception {
    int port = freePort();
    Process server =
        new ProcessBuilder(
                PythonTools.executable().toString(),
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--workers",
                "1",
                "--backend-store-uri",
                "sqlite:///" + folder.resolve("mlflow.db"),
                "--default-artifact-root",
                folder.resolve("artifacts").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mlflow.log").toFile())
            .start();
    try {
      String uri = "http://127.0.0.1:" + port;
      awaitHealth(uri, server);
      Tracker tracker = MlflowTracker.of(uri, "digits");
      tracker.start(run());
      tracker.log(record(10, "accuracy/test", 0.5, "accuracy/test.ema=0.9", Double.NaN));
      tracker.finish(RunSummary.of(MetricProperties.defaults(), List.of()), RunStatus.INTERRUPTED);
      tracker.close();
      tracker.start(run());
      tracker.log(record(20, "accuracy/test", 0.75));
      tracker.finish(RunSummary.of(MetricProperties.defaults(), List.of()), RunStatus.FINISHED);
      tracker.close();
      String read =
          PythonTools.python(
              "-c",
              """
              import sys
              from mlflow.tracking import MlflowClient
              client = MlflowClient(sys.argv[1])
              experiment = client.get_experiment_by_name("digits")
              for run in client.search_runs([experiment.experiment_id]):
                  print(run.info.run_name, run.info.status, sorted(run.data.params.items()))
                  for key in sorted(run.data.metrics):
                      for m in client.get_metric_history(run.info.run_id, key):
                          print(key, m.step, m.value, m.timestamp)
              """,
              uri);
      assertThat(read.lines())
          .containsExactly(
              "run FINISHED [('seed', '1')]",
              "accuracy/test 10 0.5 1795521600250",
              "accuracy/test 20 0.75 1795521600250",
              "accuracy/test.ema_0.9 10 nan 1795521600250");
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      server.destroyForcibly().waitFor();
    }
  }

  @Test
  void aServerThatIsNotThereIsLeftAlone() throws IOException {
    Tracker dead = MlflowTracker.of("http://127.0.0.1:" + freePort(), "digits");
    assertThatThrownBy(() -> dead.start(run())).isInstanceOf(RuntimeException.class);
    Recording good = new Recording("never");
    Tracker all = Trackers.all(List.of(dead, good));
    all.start(run());
    all.log(record(1, "a", 1));
    all.close();
    assertThat(good.seen).containsExactly("start", "log", "close");
  }

  private RunInfo run() {
    return new RunInfo("run", folder, Map.of("seed", "1"));
  }

  private static MetricsRecord record(long update, Object... metrics) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < metrics.length; i += 2) {
      values.put((String) metrics[i], ((Number) metrics[i + 1]).doubleValue());
    }
    return new MetricsRecord(new TrainingIteration(1, update, 16 * update), NOW, values);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void awaitHealth(String uri, Process server) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest health =
        HttpRequest.newBuilder(URI.create(uri + "/health")).timeout(Duration.ofSeconds(5)).build();
    Instant deadline = Instant.now().plusSeconds(120);
    while (Instant.now().isBefore(deadline)) {
      if (!server.isAlive()) {
        throw new AssertionError(
            "MLflow's server ended: " + Files.readString(folder.resolve("mlflow.log")));
      }
      try {
        if (http.send(health, HttpResponse.BodyHandlers.ofString()).statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        server
            .onExit()
            .completeOnTimeout(server, 200, java.util.concurrent.TimeUnit.MILLISECONDS)
            .get();
      }
    }
    throw new AssertionError(
        "MLflow's server was not up in time: " + Files.readString(folder.resolve("mlflow.log")));
  }

  /** Notes what is called, and fails in one method. */
  private static final class Recording implements Tracker {
    private final List<String> seen = new ArrayList<>();
    private final String failsIn;

    Recording(String failsIn) {
      this.failsIn = failsIn;
    }

    private void call(String method) {
      seen.add(method);
      if (method.equals(failsIn)) {
        throw new IllegalStateException("deliberately");
      }
    }

    @Override
    public void start(RunInfo run) {
      call("start");
    }

    @Override
    public void log(MetricsRecord record) {
      call("log");
    }

    @Override
    public void finish(RunSummary summary, RunStatus status) {
      call("finish");
    }

    @Override
    public void close() {
      call("close");
    }
  }
}
