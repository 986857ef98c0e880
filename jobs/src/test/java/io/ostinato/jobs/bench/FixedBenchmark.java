package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.jobs.quickstart.TestDigits;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The evaluation of 360 digits over a Spark job of as many tasks that do nothing. */
record FixedBenchmark() implements Benchmark {

  @Override
  public List<Figure> run() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      SparkDataset digits = TestDigits.test(spark);
      ModelSource model = ModelSource.ofBlock(DigitsNet::new, new Shape(1, 8, 8));
      Shape input = new Shape(1, 1, 8, 8);
      WeightSnapshot[] weights = {
        BenchNets.weights(new DigitsNet(), 1, input), BenchNets.weights(new DigitsNet(), 2, input)
      };
      int tasks = digits.prepare(BenchSpark.BATCH).batches().getNumPartitions();
      JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
      StringBuilder last = new StringBuilder();
      int[] round = {0};
      Rounds rounds =
          Rounds.ofMany(
              () -> {
                try (EvaluationResults results =
                    engine.evaluate(
                        BenchSpark.request(
                            "fixed",
                            digits,
                            model,
                            weights[round[0]++ % 2],
                            Processors::predictions),
                        ProgressDisplay.silent())) {
                  last.setLength(0);
                  last.append(results.timings());
                }
                return null;
              },
              () ->
                  context
                      .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
                      .mapPartitions(nothing -> nothing, true)
                      .collect());
      return List.of(
          new Figure(
              "fixed",
              rounds.ratio(),
              "x empty job",
              "<= 2",
              rounds.detail("evaluation", "empty job of %d tasks,".formatted(tasks))
                  + "; last: "
                  + last));
    }
  }
}
