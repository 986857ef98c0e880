package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ostinato.LogLines;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** On a cluster whose workers have too few cores for an executor. */
class NoExecutorsIT {
  private static final EvaluationTag TAG =
      new EvaluationTag("accuracy", new TrainingIteration(0, 1, 1), "test");

  private final SetClock clock = new SetClock();

  @Test
  void waitingForExecutorsIsSaidSparselyAndTheEndOfSparkIsNotBlamedOnTheEvaluation() {
    SparkSession session =
        TestSpark.cluster("local-cluster[1,1,1024]", "", Map.of("spark.executor.cores", "2"));
    SparkContext context = session.sparkContext();
    try (InternalExecutors executors = InternalExecutors.listen(context);
        ExecutorWatch watch = new ExecutorWatch(context, Clock.systemUTC())) {
      IdleWarnings warnings = new IdleWarnings(context, executors, clock);
      CompletableFuture<EvaluationException> failure =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      EvaluationException.class, () -> watch.during(TAG, () -> count(session))));
      while (context.statusTracker().getActiveJobIds().length == 0 && !failure.isDone()) {
        LockSupport.parkNanos(1_000_000);
      }
      try (IdleWarnings.Pass pass = warnings.started(TAG)) {
        assertThat(warningsAt(warnings, 0, 30, 59)).isEmpty();
        assertThat(warningsAt(warnings, 60))
            .singleElement()
            .asString()
            .contains(
                TAG
                    + " has waited 1 minute for a task to start: no executor is registered;"
                    + " requested: spark.master=local-cluster[1,1,1024], ",
                "spark.executor.cores=2",
                "; the cluster manager's page and Spark's log say more");
        assertThat(warningsAt(warnings, 61, 119)).isEmpty();
        assertThat(warningsAt(warnings, 130)).singleElement().asString().contains("2 minutes");
        assertThat(warningsAt(warnings, 239)).isEmpty();
        assertThat(warningsAt(warnings, 1_000)).hasSize(1);
        assertThat(warningsAt(warnings, 1_900)).isEmpty();
      }
      assertThat(warningsAt(warnings, 100_000)).as("no evaluation waits any more").isEmpty();
      session.stop();
      assertThat(failure.join())
          .hasMessageStartingWith("Spark was stopped: by ")
          .hasMessageEndingWith("; " + TAG + " could not be evaluated")
          .satisfies(e -> assertThat(e.tag()).contains(TAG))
          .hasMessageNotContaining("failed");
    } finally {
      session.stop();
    }
  }

  /** What is logged when the clock shows these seconds. */
  private List<String> warningsAt(IdleWarnings warnings, int... seconds) {
    return LogLines.of(
            () ->
                IntStream.of(seconds)
                    .forEach(
                        second -> {
                          clock.seconds = second;
                          warnings.check();
                        }))
        .stream()
        .filter(line -> line.contains("has waited"))
        .toList();
  }

  private static long count(SparkSession session) {
    return new JavaSparkContext(session.sparkContext()).parallelize(List.of(1, 2)).count();
  }

  private static final class SetClock extends Clock {
    private volatile long seconds;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plus(Duration.ofSeconds(seconds));
    }
  }
}
