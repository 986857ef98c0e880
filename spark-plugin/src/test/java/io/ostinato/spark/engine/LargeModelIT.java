package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.initializer.Initializer;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A model of 320 MB in a driver, which may be the executor too, with a heap of 512 MB. */
class LargeModelIT {

  @Tag("spark35")
  @Test
  void theDriverEvaluatesAModelLargerThanHalfOfItsHeapAgainAndAgain() throws Exception {
    evaluateOn("local[1]");
  }

  @Test
  void anExecutorEvaluatesAModelLargerThanHalfOfItsHeapAgainAndAgain() throws Exception {
    evaluateOn("local-cluster[1,1,1024]");
  }

  private static void evaluateOn(String master) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-opens") || option.startsWith("-Dai.djl"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:MaxDirectMemorySize=400m", // less than a snapshot and the blocks of the one before
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-classpath",
            System.getProperty("java.class.path"),
            Evaluate.class.getName(),
            master));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = read(process);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains(
            "outputs 1.0 2.0 3.0 of 320 MB in a heap of 512 MB; blocks of at most 100 MB can be"
                + " snapshots, and 0 of these");
  }

  private static String read(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** What the process does. */
  static final class Evaluate {
    private static final int UNITS = 10_000_000;

    private Evaluate() {}

    static Block net() {
      return Linear.builder().setUnits(UNITS).optBias(false).build();
    }

    public static void main(String[] args) {
      StringBuilder outputs = new StringBuilder();
      SparkSession session = TestSpark.cluster(args[0], "", Map.of());
      try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
          NDManager manager = Engine.getInstance().newBaseManager()) {
        SparkDataset data = TestSpark.generated(session, 2);
        ModelSource model = ModelSource.ofBlock(Evaluate::net, TestNets.FEATURES);
        Block trained = net();
        trained.setInitializer(Initializer.ZEROS, parameter -> true);
        trained.initialize(manager, DataType.FLOAT32, new Shape(1).addAll(TestNets.FEATURES));
        SnapshotTaker taker = new SnapshotTaker();
        long bytes = 0;
        for (int i = 0; i < 3; i++) {
          try (NDArray plain =
              trained.getParameters().get(0).getValue().getArray().stopGradient()) {
            plain.addi(1);
          }
          WeightSnapshot weights = BlockWeights.snapshot(trained, taker);
          bytes = weights.sizeBytes();
          outputs.append(' ').append(output(engine, data, model, weights));
        }
        OstinatoSettings.Weights settings =
            OstinatoSettings.of(session.sparkContext().getConf()).weights();
        System.out.printf(
            "outputs%s of %d MB in a heap of %d MB; blocks of at most %d MB can be snapshots, and"
                + " %d of these%n",
            outputs,
            bytes / 1_000_000,
            Runtime.getRuntime().maxMemory() >> 20,
            settings.inPlaceBytes(1) >> 20,
            settings.inPlaceBytes(bytes));
      }
      session.stop();
    }

    /** All weights are the same number, and this is it. */
    private static float output(
        SparkEvaluationEngine engine,
        SparkDataset data,
        ModelSource model,
        WeightSnapshot weights) {
      EvaluationRequest request =
          new EvaluationRequest(
              new EvaluationTag("large", new TrainingIteration(1, 1, 1), "generated"),
              data,
              2,
              model,
              weights,
              (batch, loaded) ->
                  new NDList(loaded.forward(batch.get("x").onesLike()).max().div(8)));
      try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
        return results.get(0).toFloatArray()[0];
      }
    }
  }
}
