package io.ostinato.spark.engine;

import io.ostinato.spark.resident.ModelId;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentReport;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees models and batches on the executors' devices. It runs tasks, the only way to reach
 * executors from the driver.
 */
record ResidentRelease(JavaSparkContext context, List<ModelId> models, List<String> datasets) {
  private static final Logger log = LoggerFactory.getLogger(SparkEvaluationEngine.class);

  /**
   * Maximum number of rounds: Spark places the tasks, so one round may not reach every executor.
   */
  private static final int ROUNDS = 5;

  private static final long MOST_SECONDS = 10;

  void run(List<ResidentReport> residents) {
    Set<String> open =
        residents.stream()
            .map(ResidentReport::executor)
            .collect(Collectors.toCollection(TreeSet::new));
    try {
      int round = 0;
      do {
        open.removeAll(free());
        round++;
      } while (round < ROUNDS && !open.isEmpty());
      if (!open.isEmpty()) {
        log.info("executors {} keep their models until they end", open);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      log.warn("executors {} keep their models until they end: {}", open, e.toString());
    }
  }

  /** Runs one round and returns the executors that it reached. */
  private List<String> free() throws InterruptedException, ExecutionException, TimeoutException {
    List<ModelId> ids = models;
    List<String> batches = datasets;
    int tasks = 2 * Math.max(1, context.defaultParallelism());
    JavaFutureAction<List<String>> job =
        context
            .parallelize(IntStream.range(0, tasks).boxed().toList(), tasks)
            .map(
                i -> {
                  ids.forEach(ProcessRegistry.ofThisProcess().models()::close);
                  batches.forEach(ProcessRegistry.ofThisProcess().batches()::close);
                  return SparkEnv.get().executorId();
                })
            .collectAsync();
    try {
      return job.get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      job.cancel(true);
      throw e;
    }
  }
}
