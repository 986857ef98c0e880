package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.resident.ResidentReport;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * A row whose index is outside of a table on the GPU: the device-side assert ends the executor, the
 * evaluation says so, and the next one has the bits of the one before, on another executor.
 */
record GpuLossBenchmark(Path folder) implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    Path pixels;
    try (SparkSession spark = BenchSpark.processes(1, 1, "spark.task.maxFailures", "2");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      pixels = BenchSpark.pixels(spark, folder, 512);
      SparkDataset good = BenchSpark.dataset(spark, pixels, 784);
      SparkDataset bad =
          BenchSpark.dataset(
              spark
                  .read()
                  .parquet(pixels.toString())
                  .withColumn("class", functions.lit(1_000_000_000L)),
              784);
      float[] before = outputs(engine, good);
      String reason = reasonOf(engine, bad);
      float[] after = outputs(engine, good);
      if (!Arrays.equals(before, after)) {
        throw new IllegalStateException("other outputs on the next executor");
      }
      if (!gpu.isPretended() && !reason.contains("device-side assert")) {
        throw new IllegalStateException(reason);
      }
      long executors = engine.residents().stream().map(ResidentReport::executor).distinct().count();
      return List.of(
          new Figure(
              "gpu.lost",
              executors,
              "executors",
              "2",
              "with a result, one before and one after: %s"
                  .formatted(reason.replaceAll("\\s+", " "))));
    }
  }

  private static String reasonOf(SparkEvaluationEngine engine, SparkDataset data) {
    try {
      outputs(engine, data);
    } catch (EvaluationException e) {
      return Objects.requireNonNull(e.getMessage());
    }
    throw new IllegalStateException("an index outside of the table was accepted");
  }

  private static float[] outputs(SparkEvaluationEngine engine, SparkDataset data) {
    Shape[] inputs = {new Shape(1, 784), new Shape(1)};
    WeightSnapshot weights = BenchNets.weights(BenchNets.large(), 1, inputs);
    EvaluationRequest request =
        BenchSpark.request(
            "lost",
            data,
            ModelSource.ofBlock(BenchNets::large, new Shape(784), new Shape()),
            weights,
            Processors::forMetricsWithTable);
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return results.get("outputs").toFloatArray();
    }
  }
}
