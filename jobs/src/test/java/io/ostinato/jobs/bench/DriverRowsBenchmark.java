package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metrics;
import io.ostinato.metric.OutputKind;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.sql.SparkSession;

/** The driver's heap while metrics are taken over ten million rows, over that for ten thousand. */
record DriverRowsBenchmark() implements Benchmark {
  private static final int BATCH = 4_096;

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.processes(2);
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      // What the driver itself keeps of jobs is the same in both measurements then.
      mostHeap(engine, rows(spark, 100));
      long few = mostHeap(engine, rows(spark, 10_000));
      long many = mostHeap(engine, rows(spark, 10_000_000));
      return List.of(
          new Figure(
              "driver.rows",
              (double) many / few,
              "x heap for 10 k rows",
              "<= 1.1",
              "%.1f MB for 10 M rows, %.1f MB for 10 k".formatted(many / 1e6, few / 1e6)));
    }
  }

  private static SparkDataset rows(SparkSession spark, long rows) {
    return SparkDataset.of(
            spark
                .range(0, rows, 1, 8)
                .selectExpr("cast(id % 1000 as float) as x", "id % 2 as class"))
        .column("x", "x", DataType.FLOAT32, 1)
        .column("class", "class", DataType.INT64);
  }

  private static long mostHeap(SparkEvaluationEngine engine, SparkDataset data)
      throws InterruptedException {
    ModelSource model = ModelSource.ofBlock(BenchNets::tiny, new Shape(1));
    WeightSnapshot weights = BenchNets.weights(BenchNets.tiny(), 1, new Shape(1, 1));
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("driver.rows", new TrainingIteration(1, 1, 1), "bench"),
            data,
            BATCH,
            model,
            weights,
            Processors::forMetrics,
            List.of(Metrics.accuracy(), Metrics.logLoss(OutputKind.LOGITS)));
    AtomicBoolean over = new AtomicBoolean();
    long[] most = {0};
    Thread sampler =
        new Thread(
            () -> {
              while (!over.get()) {
                most[0] = Math.max(most[0], liveHeap());
              }
            });
    sampler.start();
    for (int i = 0; i < 3; i++) {
      engine.evaluate(request, ProgressDisplay.silent()).close();
    }
    over.set(true);
    sampler.join();
    return most[0];
  }

  /** What the heap holds after a collection. */
  private static long liveHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
