package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.progress.Progress;
import io.ostinato.spark.TestSpark;
import io.ostinato.weights.Manifest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ShownRowsTest {
  private static final Manifest WEIGHTS = Manifest.of(List.of("0".repeat(64)));

  private static SparkSession spark;

  private final List<String> seen = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() {
    spark = TestSpark.local(Map.of());
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  @Test
  void anUpdateThatHasBegunIsOverBeforeTheDisplayEnds() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    FutureTask<String> during =
        new FutureTask<>(
            () ->
                shown(10)
                    .during(
                        () -> {
                          await(begun);
                          return "result";
                        },
                        (label, total, unit) ->
                            display(
                                rows -> {
                                  if (rows == 0) {
                                    begun.countDown();
                                    await(released);
                                  }
                                })));
    Thread thread = new Thread(during);
    thread.start();
    await(begun);
    while (thread.isAlive() && !isWaiting(thread)) {
      Thread.onSpinWait();
    }
    assertThat(seen).isEmpty();
    released.countDown();
    assertThat(during.get(60, TimeUnit.SECONDS)).isEqualTo("result");
    assertThat(seen).containsExactly("0", "10", "closed");
  }

  @Test
  void aFailedJobShowsNoMoreRows() {
    IllegalStateException failure = new IllegalStateException("no luck");
    FutureTask<String> during =
        new FutureTask<>(
            () ->
                shown(10)
                    .during(
                        () -> {
                          throw failure;
                        },
                        (label, total, unit) -> display(rows -> {})));
    during.run();
    assertThat(during).failsWithin(0, TimeUnit.SECONDS).withThrowableThat().withCause(failure);
    assertThat(seen).doesNotContain("10").endsWith("closed");
  }

  private static ShownRows shown(long total) {
    RowsDone done = RowsDone.registered(spark.sparkContext());
    return new ShownRows(done, total, "test", WEIGHTS);
  }

  /** What a display does before it has shown a number of rows. */
  private interface Update {
    void before(long rows) throws InterruptedException;
  }

  private Progress display(Update update) {
    return new Progress() {
      @Override
      public void update(long rows, String message) {
        try {
          update.before(rows);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        seen.add("" + rows);
      }

      @Override
      public void close() {
        seen.add("closed");
      }
    };
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  /** Whether the job of the thread is over, and it waits for something that is not timed. */
  private static boolean isWaiting(Thread thread) {
    return thread.getState() == Thread.State.BLOCKED || thread.getState() == Thread.State.WAITING;
  }
}
