package io.ostinato.jobs.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.metric.Metrics;
import io.ostinato.model.BlockWeights;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.SnapshotTaker;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Ostinato: from the arrays of a block that could be trained to the metrics on the driver. */
final class OstinatoPeer implements Peer, AutoCloseable {
  static final String NAME = "Ostinato";
  private static final int BATCH = 1024;

  private final SparkSession spark;
  private final SparkEvaluationEngine engine;
  private @Nullable Loaded loaded;

  /** The rows, and the block in training. */
  private record Loaded(
      PeerModel model, SparkDataset rows, NDManager manager, Block block, SnapshotTaker taker)
      implements AutoCloseable {
    static Loaded of(PeerModel model, SparkDataset rows) {
      NDManager manager = Engine.getInstance().newBaseManager();
      Block block = model.block();
      block.initialize(manager, DataType.FLOAT32, model.batch());
      return new Loaded(model, rows, manager, block, new SnapshotTaker());
    }

    @Override
    public void close() {
      rows.unpersist();
      manager.close();
    }
  }

  OstinatoPeer(SparkSession spark) {
    this.spark = spark;
    engine = SparkEvaluationEngine.of(spark);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void load(PeerCase which) {
    unload();
    loaded =
        Loaded.of(
            which.model(),
            BenchSpark.dataset(spark.read().parquet(which.parquet().toString()), 784));
  }

  @Override
  public PeerResult evaluate(PeerWeights weights) {
    Loaded trained = Objects.requireNonNull(loaded);
    BlockWeights.restore(trained.block(), weights.snapshot());
    long start = System.nanoTime();
    try (EvaluationResults results = engine.evaluate(request(trained), ProgressDisplay.silent())) {
      Map<String, Double> metrics = results.metrics();
      return new PeerResult(
          (System.nanoTime() - start) / 1e9,
          Objects.requireNonNull(metrics.get("accuracy")),
          Objects.requireNonNull(metrics.get("cross_entropy")));
    }
  }

  private static EvaluationRequest request(Loaded trained) {
    return new EvaluationRequest(
        new EvaluationTag("peers", new TrainingIteration(1, 1, 1), "bench"),
        trained.rows(),
        BATCH,
        trained.model().source(),
        BlockWeights.snapshot(trained.block(), trained.taker()),
        trained.model().processor(),
        List.of(Metrics.accuracy(), Metrics.crossEntropy()));
  }

  private void unload() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
  }

  @Override
  public void close() {
    unload();
    engine.close();
  }
}
