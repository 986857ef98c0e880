package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * What the steps of {@code steady.mlp} gain: the same evaluation with the default settings, and
 * with one of them changed each, over the forward, in one run.
 */
record StepsBenchmark(Path folder) implements Benchmark {
  private static final Shape INPUT = new Shape(784);
  private static final List<Step> STEPS =
      List.of(
          new Step("default", Map.of()),
          new Step("ahead", Map.of("spark.ostinato.blocks.staging", "ahead")),
          new Step("alone", Map.of("spark.ostinato.evaluations.takeOver", "false")),
          new Step("copied", Map.of("spark.ostinato.blocks.device", "0")));

  @Override
  public List<Figure> run() throws Exception {
    // Each engine has a model of its own.
    String models = Integer.toString(STEPS.size());
    try (SparkSession spark = BenchSpark.local("spark.ostinato.resident.models", models)) {
      SteadyBenchmark.warmUp(spark, folder);
      Path pixels = BenchSpark.pixels(spark, folder, 60_000);
      List<SparkEvaluationEngine> engines = new ArrayList<>();
      try {
        for (Step step : STEPS) {
          engines.add(engine(spark, step.settings()));
        }
        return figures(engines, BenchSpark.dataset(spark, pixels, 784));
      } finally {
        engines.forEach(SparkEvaluationEngine::close);
      }
    }
  }

  private static List<Figure> figures(List<SparkEvaluationEngine> engines, SparkDataset data)
      throws Exception {
    ModelSource model = ModelSource.ofBlock(BenchNets::mlp, INPUT);
    WeightSnapshot[] weights = SteadyBenchmark.weights(BenchNets::mlp, INPUT);
    List<Callable<Void>> evaluations = new ArrayList<>();
    for (SparkEvaluationEngine engine : engines) {
      evaluations.add(
          BenchSpark.evaluation(engine, "steps", data, model, weights, new StringBuilder()));
    }
    int rounds = Integer.getInteger("bench.steps.rounds", 40);
    try (PureForward pure = new PureForward(model, weights[0], BenchSpark.batches(data))) {
      List<Rounds> measured = Rounds.inAnyOrder(evaluations, pure, rounds);
      List<Figure> figures = new ArrayList<>();
      for (int i = 0; i < STEPS.size(); i++) {
        figures.add(STEPS.get(i).figure(measured.get(i)));
      }
      return figures;
    }
  }

  /** Settings that differ from the default ones. */
  private record Step(String name, Map<String, String> settings) {
    Figure figure(Rounds rounds) {
      String detail = rounds.detail("evaluation", "forward");
      return new Figure(
          "steady.steps." + name,
          rounds.ratio(),
          "x forward",
          "-",
          settings.isEmpty() ? detail : detail + "; with " + settings);
    }
  }

  /** An engine with other settings than the session's, which an engine reads when it is created. */
  private static SparkEvaluationEngine engine(SparkSession spark, Map<String, String> settings) {
    SparkConf conf = spark.sparkContext().conf();
    SparkConf before = conf.clone();
    settings.forEach(conf::set);
    try {
      return SparkEvaluationEngine.of(spark);
    } finally {
      for (String key : settings.keySet()) {
        conf.remove(key);
        before.getOption(key).foreach(value -> conf.set(key, value));
      }
    }
  }
}
