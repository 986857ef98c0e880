package io.ostinato.jobs.bench;

import io.ostinato.evaluation.DataBatch;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * An evaluation of ResNet-50 on a GPU over the forward of the same batches: with other weights each
 * time, with the same weights, and with batches that are copied to the GPU instead of staying
 * there; how busy the GPU is meanwhile.
 */
record GpuSteadyBenchmark() implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    List<Figure> figures = new ArrayList<>();
    figures.addAll(measure(gpu, "gpu.steady", "64g", true, "<= 1.05"));
    figures.addAll(measure(gpu, "gpu.steady.same", "64g", false, "-"));
    figures.addAll(measure(gpu, "gpu.steady.copied", "0", false, "-"));
    return figures;
  }

  /**
   * Measures evaluations.
   *
   * @param kept the size of {@code blocks.device}
   * @param changed whether each has other weights than the one before, so that it loads the module
   */
  private static List<Figure> measure(
      Gpu gpu, String name, String kept, boolean changed, String reach) throws Exception {
    try (SparkSession spark =
            BenchSpark.local(
                4, "spark.ostinato.blocks.device", kept, "spark.ostinato.blocks.store", "16g");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset data = gpu.images(spark, gpu.images(), 16);
      WeightSnapshot[] weights =
          changed
              ? new WeightSnapshot[] {gpu.weights(), gpu.otherWeights()}
              : new WeightSnapshot[] {gpu.weights()};
      StringBuilder last = new StringBuilder();
      Callable<Void> evaluation =
          BenchSpark.evaluation(engine, name, data, gpu.resnet(), weights, last);
      List<DataBatch> batches = BenchSpark.batches(data);
      try (PureForward pure = PureForward.on(gpu.device(), 1, gpu.resnet(), weights[0], batches)) {
        Rounds rounds = Rounds.ofFew(evaluation, pure);
        String detail =
            rounds.detail("evaluation", "forward")
                + String.format(
                    Locale.ROOT,
                    ", %,.0f images/s; last: %s",
                    gpu.images() / rounds.firstSeconds(),
                    last);
        Figure ratio = new Figure(name, rounds.ratio(), "x forward", reach, detail);
        return gpu.isPretended()
            ? List.of(ratio)
            : Stream.concat(Stream.of(ratio), busy(name + ".busy", evaluation).stream()).toList();
      }
    }
  }

  private static Optional<Figure> busy(String name, Callable<Void> evaluation) throws Exception {
    try (GpuSmi smi = new GpuSmi()) {
      evaluation.call();
      smi.begin();
      for (int i = 0; i < 3; i++) {
        evaluation.call();
      }
      OptionalDouble mean = smi.mean();
      return mean.isPresent()
          ? Optional.of(
              new Figure(name, mean.getAsDouble(), "% of the time", ">= 90", "by nvidia-smi"))
          : Optional.empty();
    }
  }
}
