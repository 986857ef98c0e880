package io.ostinato.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineTurnTest {
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void noTurnIsLeft() throws InterruptedException {
    for (Thread thread : threads) {
      thread.interrupt();
      thread.join(60_000);
    }
    try (EngineTurn turn = EngineTurn.toTrain()) {
      assertThat(turn.isAlone()).isTrue();
    }
  }

  @Test
  void batchesAndLoadsRunTogether() throws InterruptedException {
    CountDownLatch together = new CountDownLatch(2);
    try (EngineTurn turn = EngineTurn.toEvaluate()) {
      assertThat(turn.isAlone()).isFalse();
      start("load", EngineTurn::toLoad, together);
      start("batch", EngineTurn::toEvaluate, together);
      together.await();
    }
    assertThat(seen).containsExactlyInAnyOrder("load", "batch");
  }

  @Test
  void turnsComeInTheOrderOfTheRequests() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(3);
    try (EngineTurn turn = EngineTurn.toTrain()) {
      assertThat(turn.isAlone()).isTrue();
      awaitBlocked(start("a training", EngineTurn::toTrain, all));
      awaitBlocked(start("a batch", EngineTurn::toEvaluate, all));
      awaitBlocked(start("a batch that seeds", EngineTurn::toEvaluateAlone, all));
      assertThat(seen).isEmpty();
    }
    all.await();
    assertThat(seen).containsExactly("a training", "a batch", "a batch that seeds");
  }

  /** Otherwise batches of many tasks, of which one always runs, would stop a training. */
  @Test
  void aBatchWaitsForATrainingThatWaits() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(2);
    try (EngineTurn turn = EngineTurn.toEvaluate()) {
      assertThat(turn.isAlone()).isFalse();
      awaitBlocked(start("training", EngineTurn::toTrain, all));
      awaitBlocked(start("batch", EngineTurn::toEvaluate, all));
    }
    all.await();
    assertThat(seen).containsExactly("training", "batch");
  }

  @Test
  void furtherTurnsOfAThreadArePartOfItsFirst() throws InterruptedException {
    try (EngineTurn turn = EngineTurn.toTrain();
        EngineTurn batch = EngineTurn.toEvaluate();
        EngineTurn alone = EngineTurn.toEvaluateAlone();
        EngineTurn load = EngineTurn.toLoad()) {
      batch.close();
      alone.close();
      load.close();
      assertThatThrownBy(EngineTurn::toTrain)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("train before or after it");
      assertThat(turn.isAlone()).isTrue();
    }
    try (EngineTurn turn = EngineTurn.toEvaluate()) {
      assertThat(turn.isAlone()).isFalse();
      assertThatThrownBy(EngineTurn::toEvaluateAlone)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "a model that sets the random number generator can't be evaluated inside processData"
                  + " of another; evaluate it before or after");
    }
  }

  @Test
  void aBatchThatWaitsCanBeInterrupted() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1);
    try (EngineTurn turn = EngineTurn.toTrain()) {
      assertThat(turn.isAlone()).isTrue();
      Thread batch = start("batch", EngineTurn::toEvaluate, all);
      awaitBlocked(batch);
      batch.interrupt();
      batch.join(60_000);
    }
    assertThat(seen).containsExactly("interrupted");
  }

  @Test
  void aTrainingWaitsOnAndKeepsTheInterrupt() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(1);
    Thread training;
    try (EngineTurn turn = EngineTurn.toTrain()) {
      assertThat(turn.isAlone()).isTrue();
      training =
          start(
              "training",
              () -> {
                EngineTurn own = EngineTurn.toTrain();
                seen.add("interrupted " + Thread.currentThread().isInterrupted());
                return own;
              },
              all);
      awaitBlocked(training);
      training.interrupt();
    }
    all.await();
    assertThat(seen).containsExactly("interrupted true", "training");
  }

  /** An interrupt ends no evaluation that needn't wait. */
  @Test
  void aTurnThatIsFreeIsTakenInspiteOfAnInterrupt() throws InterruptedException {
    Thread.currentThread().interrupt();
    try (EngineTurn turn = EngineTurn.toEvaluate()) {
      assertThat(turn.isAlone()).isFalse();
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aThreadThatHangsLosesItsTurn() throws InterruptedException {
    CountDownLatch hangs = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    Thread hanging =
        start(
            "hanging",
            () -> {
              EngineTurn own = EngineTurn.toEvaluate();
              hangs.countDown();
              released.await();
              return own;
            },
            new CountDownLatch(1));
    hangs.await();
    EngineTurn.abandon(hanging);
    try (EngineTurn turn = EngineTurn.toTrain()) {
      assertThat(turn.isAlone()).isTrue();
      released.countDown(); // it closes a turn that it has no longer
      hanging.join(60_000);
      Thread batch = start("batch", EngineTurn::toEvaluate, new CountDownLatch(1));
      awaitBlocked(batch);
      assertThat(seen).containsExactly("hanging");
    }
  }

  private interface Request {
    EngineTurn take() throws InterruptedException;
  }

  /** Takes a turn on a new thread, notes it, and ends the turn. */
  private Thread start(String name, Request request, CountDownLatch done) {
    Thread thread =
        new Thread(
            () -> {
              try (EngineTurn turn = request.take()) {
                assertThat(turn).isNotNull();
                seen.add(name);
              } catch (InterruptedException e) {
                seen.add("interrupted");
              } finally {
                done.countDown();
              }
            },
            name);
    threads.add(thread);
    thread.start();
    return thread;
  }

  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      assertThat(thread.isAlive()).isTrue();
      Thread.onSpinWait();
    }
  }
}
