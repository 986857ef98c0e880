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
import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * New weights on two executor processes: how many bytes travel when few changed, and how long it
 * takes from the trained arrays to both devices when all did.
 */
record RefreshBenchmark(Path folder) implements Benchmark {
  private static final int MEGABYTES_100 = 100_000_000;

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.processes(2);
        NDManager manager = Engine.getInstance().newBaseManager();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      // Two batches: one for each executor.
      SparkDataset data = BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 512), 784);
      ModelSource model = ModelSource.ofBlock(BenchNets::large, new Shape(784), new Shape());
      Block trained = BenchNets.large();
      trained.initialize(manager, DataType.FLOAT32, new Shape(1, 784), new Shape(1));
      SnapshotTaker taker = new SnapshotTaker();
      StringBuilder last = new StringBuilder();
      Runnable refresh =
          () -> {
            WeightSnapshot weights = BlockWeights.snapshot(trained, taker);
            try (EvaluationResults results =
                engine.evaluate(
                    BenchSpark.request("refresh", data, model, weights, Processors::withTable),
                    ProgressDisplay.silent())) {
              last.setLength(0);
              last.append(results.timings());
            }
          };
      return List.of(
          frozen(engine, trained, refresh), module(engine, data), full(trained, refresh, last));
    }
  }

  /** Changes 5 % of the parameters: the first rows of the table. */
  private static Figure frozen(SparkEvaluationEngine engine, Block trained, Runnable refresh) {
    refresh.run();
    long all = engine.weightBytesSent();
    long changed = all / 20;
    for (Pair<String, Parameter> entry : trained.getParameters()) {
      if (entry.getKey().endsWith("table")) {
        NDArray table = entry.getValue().getArray();
        long rows = changed / (table.getShape().get(1) * Float.BYTES);
        try (NDArray plain = table.stopGradient();
            NDArray some = plain.get(":" + rows)) {
          some.addi(1);
        }
      }
    }
    refresh.run();
    long sent = engine.weightBytesSent() - all;
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

  private static Figure full(Block trained, Runnable refresh, StringBuilder last) throws Exception {
    byte[] source = new byte[MEGABYTES_100];
    byte[] target = new byte[MEGABYTES_100];
    Rounds rounds =
        Rounds.of(
            () -> {
              refresh.run();
              return null;
            },
            () -> {
              System.arraycopy(source, 0, target, 0, source.length);
              return null;
            },
            () -> change(trained));
    return new Figure(
        "refresh.full",
        rounds.ratio(),
        "x copying 100 MB",
        "<= 25",
        rounds.detail("snapshot to resident", "copy") + "; last: " + last);
  }

  private static void change(Block trained) {
    for (Pair<String, Parameter> entry : trained.getParameters()) {
      try (NDArray plain = entry.getValue().getArray().stopGradient()) {
        plain.addi(0.5);
      }
    }
  }
}
