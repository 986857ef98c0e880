package io.ostinato.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.weights.HostArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The results of evaluations that come too late. */
class TimedRunTest {
  private final List<EvaluationTimings> reported = Collections.synchronizedList(new ArrayList<>());
  private final EvaluationResults results = results();
  private final NDArray array = results.get("late");
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final CountDownLatch abandonedEnded = new CountDownLatch(1);
  private final TimedRun<EvaluationResults> run =
      TimedRun.start(this::work, EvaluationResults::discard, abandonedEnded::countDown);

  @Test
  void thoseOfWorkThatEndsInItsGracePeriodAreFreedAndNotReported() {
    assertThatThrownBy(() -> run.await(Duration.ofMillis(1))).isInstanceOf(TimeoutException.class);
    letGo.countDown();
    assertThat(run.end(Duration.ofMinutes(1))).isTrue();
    assertThat(array.isReleased()).isTrue();
    assertThat(reported).isEmpty();
  }

  @Test
  void thoseOfAbandonedWorkAreFreedWhenItEnds() throws InterruptedException {
    assertThatThrownBy(() -> run.await(Duration.ofMillis(1))).isInstanceOf(TimeoutException.class);
    assertThat(run.end(Duration.ZERO)).isFalse();
    assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(array.isReleased()).isFalse();
    letGo.countDown();
    assertThat(abandonedEnded.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(array.isReleased()).isTrue();
    assertThat(reported).isEmpty();
  }

  @Test
  void thoseInTimeAreReportedOnceTheyAreClosed() throws Exception {
    letGo.countDown();
    try (EvaluationResults inTime = run.await(Duration.ofMinutes(1))) {
      assertThat(inTime.get("late").isReleased()).isFalse();
    }
    assertThat(reported).hasSize(1);
  }

  /** Returns the results once it may, and not when it is interrupted. */
  private EvaluationResults work() {
    while (letGo.getCount() > 0) {
      try {
        letGo.await();
      } catch (InterruptedException e) {
        interrupted.countDown();
      }
    }
    return results;
  }

  private EvaluationResults results() {
    Duration zero = Duration.ZERO;
    return EvaluationResults.of(
        List.of(HostArray.of("late", DataType.INT8, new Shape(1), new byte[1])),
        List.of(),
        new Certificate(1, 1, 0, "", "", List.of(), Attempts.NONE),
        () -> new EvaluationTimings(zero, zero, zero, zero, zero, zero, zero, zero, zero),
        reported::add);
  }
}
