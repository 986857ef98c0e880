package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.BatchProcessor;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Four callbacks that are due together on one dataset, over one of them. */
record SharedBenchmark(Path folder) implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset data = BenchSpark.dataset(spark, BenchSpark.pixels(spark, folder, 60_000), 784);
      ModelSource model = ModelSource.ofBlock(BenchNets::mlp, new Shape(784));
      WeightSnapshot weights = BenchNets.weights(BenchNets.mlp(), 1, new Shape(1, 784));
      List<EvaluationRequest> four =
          Stream.<BatchProcessor>of(
                  Processors::predictions,
                  Processors::hits,
                  Processors::largest,
                  Processors::probabilities)
              .map(processor -> BenchSpark.request("shared", data, model, weights, processor))
              .toList();
      Rounds rounds =
          Rounds.of(
              () -> {
                engine
                    .evaluateTogether(four, ProgressDisplay.silent())
                    .forEach(EvaluationResults::close);
                return null;
              },
              () -> {
                engine.evaluate(four.get(0), ProgressDisplay.silent()).close();
                return null;
              });
      return List.of(
          new Figure("shared", rounds.ratio(), "x one", "<= 1.15", rounds.detail("four", "one")));
    }
  }
}
