package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.spark.resident.ResidentReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two executors that are processes of their own, of two GPUs each, on a host where a discovery
 * script finds four.
 */
@DisabledOnOs(OS.WINDOWS)
class GpuResourcesIT {
  private static final ModelSource CLASSIFIER =
      ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES);

  /** How many tasks compute on each GPU; in each executor's process. */
  private static final AtomicIntegerArray COMPUTING = new AtomicIntegerArray(4);

  /** The first tasks of an executor, which wait until each of its slots has one. */
  private static final AtomicReference<@Nullable CountDownLatch> SLOTS = new AtomicReference<>();

  @TempDir Path folder;

  @Tag("spark35")
  @Test
  void aTaskForEachGpuComputesOnTheOneThatSparkGaveIt() throws IOException {
    try (SparkSession session = start("1", 2, "-Dostinato.pretend.gpus=4")) {
      assertThat(tasksAtATimeOnEachGpu(session)).hasSize(4).allMatch(place -> place.endsWith(" 1"));
    }
  }

  @Test
  void twoTasksShareAGpuAndItsModel() throws IOException {
    try (SparkSession session = start("0.5", 4, "-Dostinato.pretend.gpus=4")) {
      assertThat(tasksAtATimeOnEachGpu(session)).hasSize(4).allMatch(place -> place.endsWith(" 2"));
    }
  }

  @Tag("spark35")
  @Test
  void withoutCudaTheFirstEvaluationSaysWhatIsMissing() throws IOException {
    try (SparkSession session = start("1", 2, "-Dostinato.none=")) {
      SparkEvaluationEngine engine = SparkEvaluationEngine.of(session);
      assertThatThrownBy(() -> engine.evaluate(request(session), ProgressDisplay.silent()).close())
          .isInstanceOf(EvaluationException.class)
          .hasMessageContaining("Spark assigned the GPU '")
          .hasMessageContaining("its native engine sees no CUDA device")
          .hasMessageContaining("put the CUDA natives on the executors' class path");
    }
  }

  /** Places, as in executor, GPU and the most tasks at a time; checks where models are resident. */
  private static Set<String> tasksAtATimeOnEachGpu(SparkSession session) {
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      Map<String, Integer> most = new HashMap<>();
      for (int i = 0; i < 3; i++) {
        try (EvaluationResults results =
            engine.evaluate(request(session), ProgressDisplay.silent())) {
          long[] places = results.get("place").toLongArray();
          long[] tasks = results.get("tasks").toLongArray();
          for (int batch = 0; batch < places.length; batch++) {
            most.merge(
                places[batch] / 10 + " gpu(" + places[batch] % 10 + ")",
                (int) tasks[batch],
                Math::max);
          }
        }
      }
      assertThat(engine.residents()).allMatch(report -> report.builds() == 1);
      assertThat(engine.residents().stream().map(ResidentReport::place).toList())
          .as("a model for each executor and GPU")
          .containsExactlyInAnyOrderElementsOf(new TreeSet<>(most.keySet()));
      assertThat(most.keySet().stream().map(place -> place.split(" ")[1]))
          .as("no GPU is given to two executors")
          .containsExactlyInAnyOrder("gpu(0)", "gpu(1)", "gpu(2)", "gpu(3)");
      return most.entrySet().stream()
          .map(entry -> entry.getKey() + " " + entry.getValue())
          .collect(Collectors.toSet());
    }
  }

  private static EvaluationRequest request(SparkSession session) {
    int slots = session.sparkContext().conf().getInt("spark.executor.cores", 0) * 2;
    int[] partitions = new int[slots];
    Arrays.fill(partitions, 20);
    int ofExecutor = slots / 2;
    return new EvaluationRequest(
        new EvaluationTag("gpus", new TrainingIteration(0, 1, 1), "generated"),
        TestSpark.generated(session, partitions),
        5,
        CLASSIFIER,
        TestNets.weights(1),
        (batch, model) -> where(batch, model, ofExecutor));
  }

  private static NDList where(EvaluationBatch batch, EvaluationModel model, int slots)
      throws InterruptedException {
    ResourceInformation resource =
        Objects.requireNonNull(TaskContext.get().resourcesJMap().get("gpu"));
    int gpu = Integer.parseInt(resource.addresses()[0]);
    int tasks = COMPUTING.incrementAndGet(gpu);
    try {
      waitForAllSlots(slots);
      model.forward(batch.get("x"));
      NDManager manager = batch.get("x").getManager();
      long executor = Long.parseLong(SparkEnv.get().executorId());
      NDArray place = manager.create(10 * executor + gpu);
      place.setName("place");
      NDArray count = manager.create((long) tasks);
      count.setName("tasks");
      return new NDList(place, count);
    } finally {
      COMPUTING.decrementAndGet(gpu);
    }
  }

  private static void waitForAllSlots(int slots) throws InterruptedException {
    SLOTS.compareAndSet(null, new CountDownLatch(slots));
    CountDownLatch latch = Objects.requireNonNull(SLOTS.get());
    latch.countDown();
    if (!latch.await(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException(latch.getCount() + " slots got no task");
    }
  }

  private SparkSession start(String perTask, int cores, String option) throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(
        script,
        "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\", \"2\", \"3\"]}'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return TestSpark.cluster(
        "local-cluster[1,%s,1400]".formatted(2 * cores),
        option,
        Map.of(
            "spark.plugins",
            OstinatoPlugin.class.getName(),
            "spark.executor.memory",
            "700m",
            "spark.executor.cores",
            Integer.toString(cores),
            "spark.worker.resource.gpu.amount",
            "4",
            "spark.worker.resource.gpu.discoveryScript",
            script.toString(),
            "spark.executor.resource.gpu.amount",
            "2",
            "spark.task.resource.gpu.amount",
            perTask,
            "spark.scheduler.minRegisteredResourcesRatio",
            "1"));
  }
}
