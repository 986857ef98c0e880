package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InParallelTest {
  @Test
  void resultsAreInTheOrderOfTheItems() {
    List<Integer> items = IntStream.range(0, 1000).boxed().toList();
    assertThat(InParallel.map(items, item -> item * 2))
        .isEqualTo(items.stream().map(item -> item * 2).toList());
  }

  @Test
  void aFailureIsThrownOnceAllOthersHaveEnded() throws Exception {
    CountDownLatch failed = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    ForkJoinPool pool = new ForkJoinPool(2); // so that both items run at a time on any machine
    try {
      boolean endedBefore =
          pool.submit(
                  () -> {
                    assertThatThrownBy(
                            () -> InParallel.map(List.of(0, 1), i -> run(i, failed, ended)))
                        .isInstanceOf(OutOfMemoryError.class)
                        .hasMessage("no memory for 0");
                    return ended.get();
                  })
              .get(60, TimeUnit.SECONDS);
      assertThat(endedBefore).isTrue();
    } finally {
      pool.shutdown();
    }
  }

  private static int run(int item, CountDownLatch failed, AtomicBoolean ended) {
    if (item == 0) {
      failed.countDown();
      throw new OutOfMemoryError("no memory for 0");
    }
    try {
      assertThat(failed.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (int turn = 0; turn < 1000; turn++) {
      Thread.yield(); // what throws at once would be over by now
    }
    ended.set(true);
    return item;
  }
}
