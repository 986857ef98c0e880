package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How the time of a steady evaluation grows, with other weights each time: with rows, partitions,
 * the size of the model and the number of executors. Medians in milliseconds.
 */
record GrowthBenchmark(Path folder) implements Benchmark {
  private static final int WARM_UP = 5;
  private static final int MEASURED = 9;
  private static final int ROWS = 60_000;

  @Override
  public List<Figure> run() throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (SparkSession spark = BenchSpark.local("spark.ostinato.evaluations.fitTasks", "false")) {
      SteadyBenchmark.warmUp(spark, folder);
      for (int rows : new int[] {7_500, 15_000, 30_000, ROWS}) {
        Path path = BenchSpark.pixels(spark, folder, rows);
        SparkDataset data = BenchSpark.dataset(spark, path, 784);
        figures.add(byMlp(spark, "rows." + rows, data));
        data.unpersist();
      }
      Dataset<Row> rows = spark.read().parquet(BenchSpark.pixels(spark, folder, ROWS).toString());
      for (int partitions : new int[] {2, 8, 32, 128}) {
        SparkDataset data = BenchSpark.dataset(rows.repartition(partitions), 784);
        figures.add(byMlp(spark, "partitions." + partitions, data));
        data.unpersist();
      }
    }
    for (int executors : new int[] {1, 2}) {
      try (SparkSession spark = BenchSpark.processes(executors)) {
        Path path = BenchSpark.pixels(spark, folder, ROWS);
        SparkDataset data = BenchSpark.dataset(spark, path, 784);
        SparkDataset few = BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 512), 784);
        Rounds.warmUp(
            30 * (1 + executors),
            () -> {
              byMlp(spark, "warm-up", data);
              return byModel(spark, "warm-up", few, 100);
            });
        figures.add(byMlp(spark, "executors." + executors, data));
        for (int megabytes : new int[] {1, 10, 100, 400}) {
          String name = "executors.%s.model.%s".formatted(executors, megabytes);
          figures.add(byModel(spark, name, few, megabytes));
        }
      }
    }
    return figures;
  }

  private static Figure byMlp(SparkSession spark, String name, SparkDataset data) {
    return measure(spark, name, data, BenchNets::mlp, false, Processors::predictions);
  }

  private static Figure byModel(SparkSession spark, String name, SparkDataset data, int megabytes) {
    return measure(spark, name, data, () -> new LargeNet(megabytes), true, Processors::withTable);
  }

  /** With an engine of its own, which has sent no weights yet that others share. */
  private static Figure measure(
      SparkSession spark,
      String name,
      SparkDataset data,
      BlockFactory net,
      boolean hasTable,
      BatchProcessor processor) {
    Shape[] row =
        hasTable ? new Shape[] {new Shape(784), new Shape()} : new Shape[] {new Shape(784)};
    Shape[] batch =
        hasTable ? new Shape[] {new Shape(1, 784), new Shape(1)} : new Shape[] {new Shape(1, 784)};
    ModelSource model = ModelSource.ofBlock(net, row);
    WeightSnapshot[] weights = {
      BenchNets.weights(net.get(), 1, batch), BenchNets.weights(net.get(), 2, batch)
    };
    List<Double> millis = new ArrayList<>();
    List<EvaluationTimings> timings = new ArrayList<>();
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      for (int round = 0; round < WARM_UP + MEASURED; round++) {
        try (EvaluationResults results =
            engine.evaluate(
                BenchSpark.request(name, data, model, weights[round % 2], processor),
                ProgressDisplay.silent())) {
          if (round >= WARM_UP) {
            millis.add(results.timings().total().toNanos() / 1e6);
            timings.add(results.timings());
          }
        }
      }
    }
    EvaluationTimings last = timings.get(timings.size() - 1);
    return new Figure("growth." + name, Rounds.median(millis), "ms", "", "last: " + last);
  }
}
