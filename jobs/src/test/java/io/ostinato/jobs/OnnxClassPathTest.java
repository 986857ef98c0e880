package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.ostinato.model.LoadedModel;
import io.ostinato.model.ModelSource;
import io.ostinato.model.OnnxSource;
import io.ostinato.spark.TestJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is on the class path of a process decides what it can do with ONNX models. */
@Tag("spark35")
class OnnxClassPathTest {
  private static final String ENGINE = "onnxruntime-engine-";
  private static final String NATIVES = "onnxruntime-1";

  /** What a process printed, and its exit code. */
  record Ended(int code, String output) {}

  @Test
  void withoutTheEngineTheDriverSaysWhatToAddBeforeSparkStarts() throws Exception {
    Ended evaluate =
        run(
            List.of(ENGINE, NATIVES),
            Main.class,
            "evaluate",
            "--model=gone.onnx",
            "--data=gone.parquet",
            "--input=image:float32:1,5,5",
            "--label=label:int64",
            "--metric=accuracy");
    assertThat(evaluate.code()).as(evaluate.output()).isEqualTo(2);
    assertThat(evaluate.output())
        .contains("'gone.onnx' is an ONNX model, but DJL's OnnxRuntime engine is not on the class")
        .contains("ai.djl.onnxruntime:onnxruntime-engine:" + Engine.getDjlVersion())
        .contains("com.microsoft.onnxruntime:onnxruntime")
        .doesNotContain("SparkContext");
  }

  @Test
  void withoutWhatTheEngineRunsOnTheErrorSaysSo() throws Exception {
    Ended load = run(List.of(NATIVES), Load.class);
    assertThat(load.code()).as(load.output()).isEqualTo(1);
    assertThat(load.output())
        .contains("DJL's OnnxRuntime engine is on the class path but can't be loaded; check that")
        .contains("com.microsoft.onnxruntime:onnxruntime for this machine is on it too: ");
  }

  @Test
  void beforeAndAfterAnOnnxModelTheDefaultEngineIsPyTorch() throws Exception {
    Ended load = run(List.of(), Load.class);
    assertThat(load.code()).as(load.output()).isZero();
    assertThat(load.output()).contains("engines: PyTorch, PyTorch, PyTorch, PyTorch");
  }

  /** Loads a model; prints which engine is the default. */
  static final class Load {
    private Load() {}

    public static void main(String[] args) {
      List<String> engines = new ArrayList<>(defaults());
      try (LoadedModel model = ModelSource.onnx().build(Device.cpu())) {
        model.refresh(OnnxSource.snapshotOf(OnnxFixtures.mlp(OnnxFixtures.weights(1))));
        engines.addAll(defaults());
      }
      System.out.println("engines: " + String.join(", ", engines));
    }

    private static List<String> defaults() {
      try (NDManager manager = NDManager.newBaseManager()) {
        return List.of(Engine.getInstance().getEngineName(), manager.getEngine().getEngineName());
      }
    }
  }

  /** A process of its own, which has nothing of the build's settings but that it is offline. */
  static Ended run(List<String> without, Class<?> main, String... args)
      throws IOException, InterruptedException {
    String all = System.getProperty("java.class.path");
    String classPath =
        Arrays.stream(all.split(File.pathSeparator))
            .filter(entry -> without.stream().noneMatch(nameOf(entry)::startsWith))
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(all.split(File.pathSeparator).length - classPath.split(File.pathSeparator).length)
        .isEqualTo(without.size());
    List<String> command =
        new ArrayList<>(
            List.of(TestJvm.java(), "-Dai.djl.offline=true", "-cp", classPath, main.getName()));
    command.addAll(Arrays.asList(args));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return new Ended(process.exitValue(), output);
  }

  private static String nameOf(String entry) {
    return Path.of(entry).getFileName().toString();
  }
}
