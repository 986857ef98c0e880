package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.spark.TestSpark;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JobGroupTest {
  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static SparkSession session;

  @BeforeAll
  static void start() {
    session = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    session.stop();
  }

  @Test
  void anInterruptOfTheWaitingThreadCancelsTheJobs() {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    try (JobGroup jobs = new JobGroup(context, "hung", "hung", Optional.empty())) {
      JavaFutureAction<Void> job =
          context.parallelize(List.of(1), 1).foreachAsync(i -> NEVER.await());
      assertThatThrownBy(
              () ->
                  jobs.await(
                      () -> {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("interrupted");
                      }))
          .hasMessage("interrupted");
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
      assertThatThrownBy(() -> job.get(1, TimeUnit.MINUTES))
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOf(SparkException.class)
          .hasMessageContaining("cancelled");
    }
  }

  @Test
  void aFailureWithoutAnInterruptLeavesOtherJobsRunning() throws Exception {
    JavaSparkContext context = new JavaSparkContext(session.sparkContext());
    try (JobGroup jobs = new JobGroup(context, "fine", "fine", Optional.empty())) {
      JavaFutureAction<List<Integer>> job = context.parallelize(List.of(1), 1).collectAsync();
      assertThatThrownBy(
              () ->
                  jobs.await(
                      () -> {
                        throw new IllegalStateException("no luck");
                      }))
          .hasMessage("no luck");
      assertThat(job.get(1, TimeUnit.MINUTES)).containsExactly(1);
    }
  }
}
