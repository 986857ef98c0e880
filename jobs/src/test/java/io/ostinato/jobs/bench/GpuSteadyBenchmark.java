package io.ostinato.jobs.bench;

import io.ostinato.evaluation.DataBatch;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;

/**
 * An evaluation of ResNet-50 on a GPU over the forward of the same batches, with batches that stay
 * on the GPU and with batches that are copied there; how busy the GPU is meanwhile.
 */
record GpuSteadyBenchmark() implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    Gpu gpu = Gpu.ofThisProcess();
    List<Figure> figures = new ArrayList<>();
    figures.addAll(measure(gpu, "gpu.steady", "64g", "<= 1.05"));
    figures.addAll(measure(gpu, "gpu.steady.copied", "0", "-"));
    return figures;
  }

  private static List<Figure> measure(Gpu gpu, String name, String kept, String reach)
      throws Exception {
    try (SparkSession spark =
            BenchSpark.local(
                4, "spark.ostinato.blocks.device", kept, "spark.ostinato.blocks.store", "16g");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset data = gpu.images(spark, gpu.images(), 16);
      WeightSnapshot[] weights = {gpu.weights()};
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
            : List.of(ratio, busy(name + ".busy", evaluation));
      }
    }
  }

  private static Figure busy(String name, Callable<Void> evaluation) throws Exception {
    try (GpuSmi smi = new GpuSmi()) {
      evaluation.call();
      smi.begin();
      for (int i = 0; i < 3; i++) {
        evaluation.call();
      }
      return new Figure(name, smi.mean(), "% of the time", ">= 90", "by nvidia-smi");
    }
  }
}
