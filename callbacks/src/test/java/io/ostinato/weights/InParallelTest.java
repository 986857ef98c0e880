package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

  /** A thread that goes on from one computation to other tasks must not hold on to the first. */
  @Test
  void whatWasComputedIsNotKept() throws Exception {
    ForkJoinPool pool = new ForkJoinPool(2);
    try {
      assertThat(pool.submit(InParallelTest::keptByTheOtherThread).get(60, TimeUnit.SECONDS))
          .isZero();
    } finally {
      pool.shutdown();
    }
  }

  /** Makes both threads compute, and the other one look at what is left after that. */
  private static long keptByTheOtherThread() throws Exception {
    CyclicBarrier bothCompute = new CyclicBarrier(2);
    CompletableFuture<List<WeakReference<byte[]>>> computed = new CompletableFuture<>();
    CompletableFuture<Long> kept = new CompletableFuture<>();
    ForkJoinTask<?> next =
        ForkJoinTask.adapt(() -> kept.complete(computed.thenApply(InParallelTest::kept).join()));
    Thread here = Thread.currentThread();
    List<byte[]> items = List.of(new byte[1], new byte[2]);
    List<byte[]> results =
        InParallel.map(
            items,
            item -> {
              if (Thread.currentThread() == here) {
                next.fork();
              }
              meet(bothCompute);
              return item.clone();
            });
    List<WeakReference<byte[]>> references =
        Stream.of(items, results).flatMap(List::stream).map(WeakReference::new).toList();
    items = List.of();
    results = List.of();
    computed.complete(references);
    return kept.get(60, TimeUnit.SECONDS);
  }

  private static long kept(List<WeakReference<byte[]>> references) {
    System.gc();
    return references.stream().filter(reference -> reference.get() != null).count();
  }

  private static void meet(CyclicBarrier barrier) {
    try {
      barrier.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
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
