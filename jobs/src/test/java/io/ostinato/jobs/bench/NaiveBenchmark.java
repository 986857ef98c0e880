package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.LoadedModel;
import io.ostinato.evaluation.ModelSource;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a plain {@code mapPartitions} does, over ours: the model is loaded for each partition, from
 * weights that are broadcast each time, and rows are read through {@code Row}.
 */
record NaiveBenchmark(Path folder) implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Path parquet = BenchSpark.pixels(spark, folder, 60_000);
      SparkDataset data = BenchSpark.dataset(spark, parquet, 784);
      ModelSource model = ModelSource.ofBlock(BenchNets::large, new Shape(784), new Shape());
      Shape[] inputs = {new Shape(1, 784), new Shape(1)};
      WeightSnapshot[] weights = {
        BenchNets.weights(BenchNets.large(), 1, inputs),
        BenchNets.weights(BenchNets.large(), 2, inputs)
      };
      Dataset<Row> rows = spark.read().parquet(parquet.toString());
      int[] round = {0};
      Rounds rounds =
          Rounds.of(
              () -> naive(spark, rows, model, weights[round[0]++ % 2]),
              () -> {
                engine
                    .evaluate(
                        BenchSpark.request(
                            "naive", data, model, weights[round[0] % 2], Processors::withTable),
                        ProgressDisplay.silent())
                    .close();
                return null;
              });
      return List.of(
          new Figure(
              "naive",
              rounds.ratio(),
              "x ours",
              ">= 5",
              rounds.detail("plain mapPartitions", "ours")));
    }
  }

  private static List<Long> naive(
      SparkSession spark, Dataset<Row> rows, ModelSource model, WeightSnapshot weights) {
    byte[] bytes = SerializedBytes.of(new ArrayList<>(weights.arrays()));
    Broadcast<byte[]> broadcast = new JavaSparkContext(spark.sparkContext()).broadcast(bytes);
    try {
      return rows.javaRDD()
          .mapPartitions(partition -> predictions(partition, model, broadcast))
          .collect();
    } finally {
      broadcast.destroy();
    }
  }

  @SuppressWarnings("unchecked") // an ArrayList of HostArray went in
  private static Iterator<Long> predictions(
      Iterator<Row> rows, ModelSource source, Broadcast<byte[]> weights) {
    List<Long> predictions = new ArrayList<>();
    try (LoadedModel model = source.build(Device.cpu())) {
      ArrayList<HostArray> arrays = SerializedBytes.read(weights.value(), ArrayList.class);
      model.refresh(WeightSnapshot.of(arrays));
      List<Row> batch = new ArrayList<>();
      while (rows.hasNext()) {
        batch.add(rows.next());
        if (batch.size() == BenchSpark.BATCH || !rows.hasNext()) {
          for (long prediction : forward(batch, model)) {
            predictions.add(prediction);
          }
          batch.clear();
        }
      }
    }
    return predictions.iterator();
  }

  private static long[] forward(List<Row> batch, LoadedModel model) {
    try (NDManager scope = model.manager().newSubManager()) {
      float[] x = new float[batch.size() * 784];
      long[] classes = new long[batch.size()];
      for (int row = 0; row < classes.length; row++) {
        List<Float> values = batch.get(row).getList(0);
        for (int i = 0; i < 784; i++) {
          x[row * 784 + i] = values.get(i);
        }
        classes[row] = batch.get(row).getLong(1);
      }
      NDArray logits =
          model
              .model()
              .forward(
                  new NDList(
                      scope.create(x, new Shape(classes.length, 784)), scope.create(classes)))
              .head();
      return logits.argMax(1).toLongArray();
    }
  }
}
