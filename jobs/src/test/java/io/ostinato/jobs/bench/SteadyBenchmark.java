package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.DataBatch;
import io.ostinato.evaluation.DataContent;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.model.BlockFactory;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * A steady evaluation, with other weights each time, over the forward of the same batches; and its
 * certificate over the evaluation.
 */
record SteadyBenchmark(Path folder) implements Benchmark {
  /**
   * How long small evaluations run first, to warm up the code around the forward: the compiler
   * needs thousands of them, and until then takes its share of the cores.
   */
  private static final double WARM_UP_SECONDS = 60;

  private static final int SMALL_ROWS = 512;

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset pixels =
          BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 60_000), 784);
      warmUp(spark, folder);
      Figure mlp = measure(engine, "steady.mlp", "<= 1.08", pixels, BenchNets::mlp, new Shape(784));
      SparkDataset images =
          BenchSpark.dataset(spark, BenchSpark.images(spark, folder, 4_096), 3, 32, 32);
      Figure cnn =
          measure(engine, "steady.cnn", "<= 1.05", images, BenchNets::resnet, new Shape(3, 32, 32));
      return List.of(mlp, cnn, certificate(engine, pixels));
    }
  }

  /** Runs small evaluations for a minute. */
  static void warmUp(SparkSession spark, Path folder) throws Exception {
    Path small = BenchSpark.pixels(spark, folder, SMALL_ROWS);
    try (SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Callable<Void> evaluation =
          BenchSpark.evaluation(
              engine,
              "warm-up",
              BenchSpark.dataset(spark, small, 784),
              ModelSource.ofBlock(BenchNets::mlp, new Shape(784)),
              weights(BenchNets::mlp, new Shape(784)),
              new StringBuilder());
      Rounds.warmUp(WARM_UP_SECONDS, evaluation);
    }
  }

  /** Recording, merging and comparing the rows of an evaluation, on one thread. */
  private static Figure certificate(SparkEvaluationEngine engine, SparkDataset data)
      throws Exception {
    EvaluationRequest request =
        BenchSpark.request(
            "certificate",
            data,
            ModelSource.ofBlock(BenchNets::mlp, new Shape(784)),
            BenchNets.weights(BenchNets.mlp(), 1, new Shape(1, 784)),
            Processors::predictions);
    List<DataBatch> batches;
    try (Stream<DataBatch> stream = data.batches(BenchSpark.BATCH)) {
      batches = stream.toList();
    }
    DataContent expected = coverage(batches).content(true);
    Callable<Certificate> certificate =
        () -> {
          Coverage read =
              SerializedBytes.read(SerializedBytes.of(coverage(batches)), Coverage.class);
          return Certificate.of(
              request.tag(), expected, List.of(), read, "manifest", Attempts.NONE);
        };
    Callable<Void> evaluation =
        () -> {
          engine.evaluate(request, ProgressDisplay.silent()).close();
          return null;
        };
    Rounds rounds = Rounds.of(certificate, evaluation);
    String detail = rounds.detail("certificate", "evaluation");
    return new Figure("certificate", rounds.ratio(), "x evaluation", "<= 0.02", detail);
  }

  private static Coverage coverage(List<DataBatch> batches) {
    Coverage coverage = new Coverage();
    batches.forEach(coverage::add);
    return coverage;
  }

  private static Figure measure(
      SparkEvaluationEngine engine,
      String name,
      String reach,
      SparkDataset data,
      BlockFactory net,
      Shape input)
      throws Exception {
    ModelSource model = ModelSource.ofBlock(net, input);
    WeightSnapshot[] weights = weights(net, input);
    List<DataBatch> batches = BenchSpark.batches(data);
    StringBuilder last = new StringBuilder();
    Callable<Void> evaluation = BenchSpark.evaluation(engine, name, data, model, weights, last);
    try (PureForward pure = new PureForward(model, weights[0], batches)) {
      Rounds rounds = Rounds.of(evaluation, pure);
      String detail = rounds.detail("evaluation", "forward") + "; last: " + last;
      return new Figure(name, rounds.ratio(), "x forward", reach, detail);
    }
  }

  /** Two weights, to be evaluated in turn. */
  static WeightSnapshot[] weights(BlockFactory net, Shape input) {
    Shape batch = new Shape(1).addAll(input);
    return new WeightSnapshot[] {
      BenchNets.weights(net.get(), 1, batch), BenchNets.weights(net.get(), 2, batch)
    };
  }
}
