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
 * together with the forward of the digits, which an evaluation can't be faster than, over the job.
 */
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
      Callable<?> empty = empty(new JavaSparkContext(spark.sparkContext()), tasks);
      String emptyJob = "empty job of %d tasks,".formatted(tasks);
      return List.of(
          evaluation(engine, digits, model, weights, empty, emptyJob),
          limit(new PureForward(model, weights[0], BenchSpark.batches(digits)), empty, emptyJob));
    }
  }

  private static Figure evaluation(
      SparkEvaluationEngine engine,
      SparkDataset digits,
      ModelSource model,
      WeightSnapshot[] weights,
      Callable<?> empty,
      String emptyJob)
      throws Exception {
    StringBuilder last = new StringBuilder();
    Callable<Void> evaluation =
        BenchSpark.evaluation(engine, "fixed", digits, model, weights, last);
    Rounds rounds = Rounds.ofMany(evaluation, empty);
    String detail = rounds.detail("evaluation", emptyJob) + "; last: " + last;
    return new Figure("fixed", rounds.ratio(), "x empty job", "<= 1.5", detail);
  }

  private static Figure limit(PureForward forward, Callable<?> empty, String emptyJob)
      throws Exception {
    try (forward) {
      Callable<Void> both =
          () -> {
            empty.call();
            return forward.call();
          };
      Rounds rounds = Rounds.ofMany(both, empty);
      String detail = rounds.detail("empty job and forward", emptyJob);
      return new Figure("fixed.limit", rounds.ratio(), "x empty job", "", detail);
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
