package io.ostinato.jobs.bench;

import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * An evaluation while something else occupies the GPU's memory but for 2 GB, which its batches of
 * 1,024 images exceed: they are halved until they fit, and the outputs are those of an evaluation
 * with enough memory; afterwards, nothing is halved.
 */
record GpuMemoryBenchmark() implements Benchmark {
  private static final int BATCH = 1_024;
  private static final long FREE_BYTES = 2L << 30;

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    int rows = gpu.isPretended() ? 4 : 2 * BATCH;
    List<Figure> figures = new ArrayList<>();
    try (SparkSession spark = BenchSpark.local(2)) {
      SparkDataset data = gpu.images(spark, rows, 2);
      float[] full;
      try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark);
          NDManager ballast = NativeLibraries.engine().newBaseManager(gpu.device())) {
        outputs(gpu, engine, gpu.images(spark, 2, 2)); // loads what the libraries keep
        if (!gpu.isPretended()) {
          gpu.leave(FREE_BYTES, ballast);
        }
        full = outputs(gpu, engine, data);
        int halvedTo = halvedTo(engine);
        if (halvedTo == 0 && !gpu.isPretended()) {
          throw new IllegalStateException("no batch was halved");
        }
        figures.add(
            new Figure("gpu.memory", halvedTo, "rows at a time", "< 1024", "with 2 GB free"));
      }
      try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
        float[] expected = outputs(gpu, engine, data);
        int halvedTo = halvedTo(engine);
        if (halvedTo != 0) {
          throw new IllegalStateException("batches were halved to " + halvedTo);
        }
        figures.add(
            new Figure(
                "gpu.memory.outputs",
                Gpu.difference(full, expected),
                "of the largest",
                "<= 1e-5",
                "%,d outputs beside those of undivided batches, NVIDIA_TF32_OVERRIDE=%s"
                    .formatted(full.length, System.getenv("NVIDIA_TF32_OVERRIDE"))));
        Gpu.checkLast(figures, 1e-5);
      }
    }
    return figures;
  }

  private static int halvedTo(SparkEvaluationEngine engine) {
    return engine.residents().stream().mapToInt(report -> report.halvedTo()).max().orElse(0);
  }

  private static float[] outputs(Gpu gpu, SparkEvaluationEngine engine, SparkDataset data) {
    EvaluationRequest request =
        BenchSpark.request(
            "memory", data, BATCH, gpu.resnet(), gpu.weights(), GpuNumbersBenchmark::outputs);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get("outputs").toFloatArray();
    }
  }
}
