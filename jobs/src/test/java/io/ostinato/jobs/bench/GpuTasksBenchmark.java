package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationBatch;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.InMemoryData;
import io.ostinato.evaluation.LocalEvaluationEngine;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Four tasks at a time on the GPU that Spark assigns to an executor, a process of its own, by a
 * discovery script: one model for all, and the bits of the local engine.
 */
record GpuTasksBenchmark(Path folder) implements Benchmark {
  private static final int TASKS = 4;

  /** Tasks that compute; in the executor's process. */
  private static final AtomicInteger COMPUTING = new AtomicInteger();

  /** The first tasks, which wait until so many compute at once; in the executor's process. */
  private static final AtomicReference<@Nullable CountDownLatch> FIRST = new AtomicReference<>();

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    int rows = TASKS * (gpu.isPretended() ? 2 : BenchSpark.BATCH);
    float[] expected;
    try (EvaluationResults results =
        GpuNumbersBenchmark.evaluate(
            new LocalEvaluationEngine(),
            InMemoryData.of(Gpu.images(rows)).partitioned(parts(rows)),
            gpu.resnet(),
            gpu.weights())) {
      expected = results.get("outputs").toFloatArray();
    }
    List<Figure> figures = new ArrayList<>();
    // The threads of an operator, and so its last bits, differ between processes on a CPU.
    double most = gpu.isPretended() ? 1e-5 : 0;
    figures.add(measure(gpu, rows, expected, "gpu.tasks", TASKS, "4g"));
    Gpu.checkLast(figures, most);
    figures.add(measure(gpu, rows, expected, "gpu.tasks.permits", 2, "0"));
    Gpu.checkLast(figures, most);
    return figures;
  }

  private static int[] parts(int rows) {
    int[] parts = new int[TASKS];
    Arrays.fill(parts, rows / TASKS);
    return parts;
  }

  private Figure measure(Gpu gpu, int rows, float[] expected, String name, int permits, String kept)
      throws IOException {
    Path script = folder.resolve("gpus.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    String pretended = gpu.isPretended() ? " -Dostinato.pretend.gpus=1" : "";
    ModelSource model = gpu.resnet();
    WeightSnapshot weights = gpu.weights();
    try (SparkSession spark =
            BenchSpark.processes(
                1,
                TASKS,
                "spark.executor.extraJavaOptions",
                "-Dai.djl.offline=true -Dai.djl.pytorch.graph_optimizer="
                    + System.getProperty("ai.djl.pytorch.graph_optimizer", "true")
                    + pretended,
                "spark.worker.resource.gpu.amount",
                "1",
                "spark.worker.resource.gpu.discoveryScript",
                script.toString(),
                "spark.executor.resource.gpu.amount",
                "1",
                "spark.task.resource.gpu.amount",
                String.valueOf(1.0 / TASKS),
                "spark.ostinato.device.tasks",
                String.valueOf(permits),
                "spark.ostinato.blocks.device",
                kept,
                "spark.ostinato.evaluations.fitTasks",
                "false");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset data = gpu.images(spark, rows, TASKS);
      long most = 0;
      double difference = 0;
      for (int i = 0; i < 3; i++) {
        try (EvaluationResults results =
            engine.evaluate(
                BenchSpark.request(
                    "tasks",
                    data,
                    model,
                    weights,
                    (batch, resident) -> counted(batch, resident, permits)),
                ProgressDisplay.silent())) {
          most = Math.max(most, LongStream.of(results.get("tasks").toLongArray()).max().orElse(0));
          float[] outputs = results.get("outputs").toFloatArray();
          difference = Math.max(difference, Gpu.difference(outputs, expected));
        }
      }
      List<ResidentReport> residents = engine.residents();
      if (most != permits || residents.size() != 1 || residents.get(0).builds() != 1) {
        throw new IllegalStateException(most + " tasks at a time on " + residents);
      }
      return new Figure(
          name,
          difference,
          "of the largest",
          "0",
          "of the local engine's outputs; %d tasks at a time shared one model on executor %s, blocks.device=%s"
              .formatted(most, residents.get(0).place(), kept));
    }
  }

  /** Outputs, and how many tasks compute; the first batches wait for so many. */
  private static NDList counted(EvaluationBatch batch, EvaluationModel model, int permits)
      throws InterruptedException {
    int tasks = COMPUTING.incrementAndGet();
    try {
      FIRST.compareAndSet(null, new CountDownLatch(permits));
      CountDownLatch latch = FIRST.get();
      if (latch != null) {
        latch.countDown();
        if (!latch.await(1, TimeUnit.MINUTES)) {
          throw new IllegalStateException("fewer than " + permits + " tasks compute at a time");
        }
      }
      NDList outputs = GpuNumbersBenchmark.outputs(batch, model);
      NDManager manager = outputs.head().getManager();
      NDArray count = manager.create((long) Math.max(tasks, COMPUTING.get()));
      count.setName("tasks");
      outputs.add(count);
      return outputs;
    } finally {
      COMPUTING.decrementAndGet();
    }
  }
}
