package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.SnapshotTaker;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/**
 * New weights on two executor processes: how many bytes travel when few changed, and how long it
 * takes from the trained arrays to both devices when all did, beside Spark's broadcast of as many
 * bytes, with its default settings and with large blocks that it doesn't try to compress; and the
 * same on the threads of this process.
 */
record RefreshBenchmark(Path folder) implements Benchmark {
  private static final int MEGABYTES_100 = 100_000_000;

  /** The size of the model's weights. */
  private static final int WEIGHT_BYTES = 103_000_000;

  @Override
  public List<Figure> run() throws Exception {
    List<Figure> figures = new ArrayList<>();
    try (SparkSession spark = BenchSpark.processes(2)) {
      figures.addAll(processes(spark));
    }
    figures.add(broadcast("refresh.spark"));
    figures.add(
        broadcast(
            "refresh.spark.large",
            "spark.broadcast.compress",
            "false",
            "spark.broadcast.blockSize",
            "16m"));
    try (SparkSession spark = BenchSpark.local()) {
      figures.add(measured(spark, trained -> full("refresh.local", "-", trained)));
    }
    return figures;
  }

  private List<Figure> processes(SparkSession spark) throws Exception {
    List<Figure> figures = new ArrayList<>();
    figures.add(measured(spark, RefreshBenchmark::frozen));
    figures.add(measured(spark, trained -> module(trained.engine(), trained.data())));
    figures.add(measured(spark, trained -> full("refresh.full", "<= 15", trained)));
    return figures;
  }

  /** What is measured of a model that is trained. */
  @FunctionalInterface
  private interface Measurement {
    Figure of(Trained trained) throws Exception;
  }

  private Figure measured(SparkSession spark, Measurement measurement) throws Exception {
    try (NDManager manager = Engine.getInstance().newBaseManager();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      // Two batches: one for each executor.
      SparkDataset data = BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 512), 784);
      Block block = BenchNets.large();
      block.initialize(manager, DataType.FLOAT32, new Shape(1, 784), new Shape(1));
      return measurement.of(new Trained(engine, data, block, new SnapshotTaker(), new Latest()));
    }
  }

  /** The timings of the latest evaluation. */
  private static final class Latest {
    private String timings = "";
  }

  /** A model of 103 MB that is trained on the driver, and evaluated on each executor. */
  private record Trained(
      SparkEvaluationEngine engine,
      SparkDataset data,
      Block block,
      SnapshotTaker taker,
      Latest latest) {
    private static final ModelSource MODEL =
        ModelSource.ofBlock(BenchNets::large, new Shape(784), new Shape());

    void refresh() {
      WeightSnapshot weights = BlockWeights.snapshot(block, taker);
      try (EvaluationResults results =
          engine.evaluate(
              BenchSpark.request("refresh", data, MODEL, weights, Processors::withTable),
              ProgressDisplay.silent())) {
        latest.timings = results.timings().toString();
      }
    }

    void change() {
      BenchNets.change(block);
    }
  }

  /** Changes 5 % of the parameters: the first rows of the table. */
  private static Figure frozen(Trained trained) {
    trained.refresh();
    long all = trained.engine().weightBytesSent();
    long changed = all / 20;
    for (Pair<String, Parameter> entry : trained.block().getParameters()) {
      if (entry.getKey().endsWith("table")) {
        NDArray table = entry.getValue().getArray();
        long rows = changed / (table.getShape().get(1) * Float.BYTES);
        try (NDArray plain = table.stopGradient();
            NDArray some = plain.get(":" + rows)) {
          some.addi(1);
        }
      }
    }
    trained.refresh();
    long sent = trained.engine().weightBytesSent() - all;
    return new Figure(
        "refresh.frozen",
        (double) sent / all,
        "of all bytes",
        "<= 0.06",
        "%,d bytes of %,d, of which %,d changed".formatted(sent, all, changed));
  }

  /** Changes the head of a TorchScript module, 4.8 % of its parameters. */
  private static Figure module(SparkEvaluationEngine engine, SparkDataset data) throws IOException {
    BenchModule net = new BenchModule();
    long before = engine.weightBytesSent();
    predict(engine, data, net);
    long all = engine.weightBytesSent() - before;
    long changed = net.trainHead(2);
    predict(engine, data, net);
    long sent = engine.weightBytesSent() - before - all;
    return new Figure(
        "refresh.module",
        (double) sent / all,
        "of all bytes",
        "<= 0.06",
        "%,d bytes of %,d, of which %,d changed".formatted(sent, all, changed));
  }

  private static void predict(SparkEvaluationEngine engine, SparkDataset data, BenchModule net) {
    engine
        .evaluate(
            BenchSpark.request(
                "module", data, net.template().source(), net.snapshot(), Processors::predictions),
            ProgressDisplay.silent())
        .close();
  }

  private static Figure full(String name, String target, Trained trained) throws Exception {
    Rounds rounds =
        Rounds.inProcesses(
            () -> {
              trained.refresh();
              return null;
            },
            copy(),
            trained::change);
    return new Figure(
        name,
        rounds.ratio(),
        "x copying 100 MB",
        target,
        rounds.detail("snapshot to resident", "copy") + "; last: " + trained.latest().timings);
  }

  /** Spark's own broadcast of an array of bytes to two executors, with these settings. */
  private static Figure broadcast(String name, String... settings) throws Exception {
    byte[] payload = new byte[WEIGHT_BYTES];
    new Random(1).nextBytes(payload);
    try (SparkSession spark = BenchSpark.processes(2, 1, settings)) {
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      JavaRDD<Integer> executors = context.parallelize(List.of(1, 2), 2);
      Rounds rounds =
          Rounds.inProcesses(
              () -> {
                Broadcast<byte[]> sent = context.broadcast(payload);
                int bytes = executors.map(i -> sent.value().length).reduce(Math::max);
                sent.destroy();
                return bytes;
              },
              copy(),
              () -> {});
      return new Figure(
          name,
          rounds.ratio(),
          "x copying 100 MB",
          "-",
          rounds.detail("broadcast of 103 MB", "copy"));
    }
  }

  private static Callable<?> copy() {
    byte[] source = new byte[MEGABYTES_100];
    byte[] target = new byte[MEGABYTES_100];
    return () -> {
      System.arraycopy(source, 0, target, 0, source.length);
      return null;
    };
  }
}
