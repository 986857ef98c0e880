package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.Shape;
import io.ostinato.jobs.model.DigitsNet;
import io.ostinato.jobs.quickstart.TestDigits;
import io.ostinato.model.ModelSource;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The evaluation of 360 digits over a Spark job of as many tasks that do nothing; and such a job
 * and then the forward of the digits, over the job. An evaluation runs the forward within its job,
 * so it can be faster than the two in sequence.
 */
record FixedBenchmark() implements Benchmark {
  private static final int ROUNDS = 200;

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
      Callable<?> empty = empty(new JavaSparkContext(spark.sparkContext()), tasks);
      StringBuilder last = new StringBuilder();
      Callable<Void> evaluation =
          BenchSpark.evaluation(engine, "fixed", digits, model, weights, last);
      try (PureForward forward = new PureForward(model, weights[0], BenchSpark.batches(digits))) {
        Callable<Void> both =
            () -> {
              empty.call();
              return forward.call();
            };
        List<Rounds> rounds = Rounds.inAnyOrder(List.of(evaluation, both), empty, ROUNDS);
        String job = "empty job of %d tasks,".formatted(tasks);
        return List.of(
            new Figure(
                "fixed",
                rounds.get(0).ratio(),
                "x empty job",
                "<= 1.5",
                rounds.get(0).detail("evaluation", job) + "; last: " + last),
            new Figure(
                "fixed.limit",
                rounds.get(1).ratio(),
                "x empty job",
                "",
                rounds.get(1).detail("empty job and forward", job)));
      }
    }
  }

  private static Callable<?> empty(JavaSparkContext context, int tasks) {
    return () ->
        context
            .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
            .mapPartitions(nothing -> nothing, true)
            .collect();
  }
}
