package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.EvaluationData;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.plugin.OstinatoPlugin;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Sessions and data to measure with. */
final class BenchSpark {
  static final int BATCH = 256;

  private BenchSpark() {}

  /** Two threads of this process. */
  static SparkSession local(String... conf) {
    return local(2, conf);
  }

  /** So many threads of this process. */
  static SparkSession local(int threads, String... conf) {
    return start("local[%d]".formatted(threads), conf);
  }

  /** Executors that are processes of their own, of one core each. */
  static SparkSession processes(int executors) throws IOException {
    return processes(executors, 1);
  }

  /** Executors that are processes of their own, of this number of task slots each. */
  static SparkSession processes(int executors, int slots, String... conf) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    return start("local-cluster[%d,%d,2048]".formatted(executors, slots), conf);
  }

  private static SparkSession start(String master, String... conf) {
    SparkSession.Builder builder =
        SparkSession.builder()
            .master(master)
            .appName("ostinato-bench")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.plugins", OstinatoPlugin.class.getName())
            .config("spark.scheduler.minRegisteredResourcesRatio", "1")
            .config("spark.executor.memory", "2g")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .config(
                "spark.executor.extraJavaOptions",
                "-Xms2g -XX:+AlwaysPreTouch -Dai.djl.offline=true"
                    + " -Dai.djl.pytorch.num_threads=1");
    for (int i = 0; i < conf.length; i += 2) {
      builder.config(conf[i], conf[i + 1]);
    }
    return builder.getOrCreate();
  }

  /** Rows of float32 (784) and a class from 0 to 9, in 8 Parquet files. */
  static Path pixels(SparkSession spark, Path folder, int rows) {
    return parquet(spark, folder.resolve("pixels-" + rows), rows, 784);
  }

  /** Rows of float32 (3, 32, 32) and a class, in 8 Parquet files. */
  static Path images(SparkSession spark, Path folder, int rows) {
    return parquet(spark, folder.resolve("images-" + rows), rows, 3 * 32 * 32);
  }

  private static Path parquet(SparkSession spark, Path path, int rows, int width) {
    spark
        .range(0, rows, 1, 8)
        .selectExpr(row(width), "id % 10 as class")
        .write()
        .mode("overwrite")
        .parquet(path.toString());
    return path;
  }

  /** The column x of a row of float32 (width), made of its id. */
  static String row(int width) {
    return "transform(sequence(1, %s), i -> cast(hash(id * %s + i) / 2147483648D as float)) as x"
        .formatted(width, width);
  }

  static SparkDataset dataset(SparkSession spark, Path parquet, long... shape) {
    return dataset(spark.read().parquet(parquet.toString()), shape);
  }

  static SparkDataset dataset(Dataset<Row> rows, long... shape) {
    return SparkDataset.of(rows)
        .column("x", "x", DataType.FLOAT32, shape)
        .column("class", "class", DataType.INT64);
  }

  static List<DataBatch> batches(SparkDataset data) {
    try (Stream<DataBatch> batches = data.batches(BATCH)) {
      return batches.toList();
    }
  }

  /**
   * An evaluation of one weights and of the others in turn.
   *
   * @param last has the timings of the last one
   */
  static Callable<Void> evaluation(
      SparkEvaluationEngine engine,
      String name,
      SparkDataset data,
      ModelSource model,
      WeightSnapshot[] weights,
      StringBuilder last) {
    return evaluation(engine, name, data, model, weights, Processors::predictions, last);
  }

  /** The same with what is done with a batch. */
  static Callable<Void> evaluation(
      SparkEvaluationEngine engine,
      String name,
      SparkDataset data,
      ModelSource model,
      WeightSnapshot[] weights,
      BatchProcessor processor,
      StringBuilder last) {
    int[] round = {0};
    return () -> {
      WeightSnapshot now = weights[round[0]++ % weights.length];
      try (EvaluationResults results =
          engine.evaluate(request(name, data, model, now, processor), ProgressDisplay.silent())) {
        last.setLength(0);
        last.append(results.timings());
      }
      return null;
    };
  }

  static EvaluationRequest request(
      String name,
      EvaluationData data,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor) {
    return request(name, data, BATCH, model, weights, processor);
  }

  static EvaluationRequest request(
      String name,
      EvaluationData data,
      int batch,
      ModelSource model,
      WeightSnapshot weights,
      BatchProcessor processor) {
    EvaluationTag tag = new EvaluationTag(name, new TrainingIteration(1, 1, 1), "bench");
    return new EvaluationRequest(tag, data, batch, model, weights, processor);
  }
}
