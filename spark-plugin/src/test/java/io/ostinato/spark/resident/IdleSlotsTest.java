package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class IdleSlotsTest {
  private static final IdleSlots.Stage STAGE = new IdleSlots.Stage(1, 0, 3);

  private long now;
  private final List<Runnable> later = new ArrayList<>();
  private final IdleSlots slots = new IdleSlots(() -> now, later::add);
  private int begun;
  private final List<String> helped = new ArrayList<>();

  @Test
  void theSlotOfATaskThatEndsHelpsAnother() {
    try (IdleSlots.Task one = begin();
        IdleSlots.Task other = begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
      assertThat(helped).as("all slots have a task").isEmpty();
      other.close();
      assertThat(helped).containsExactly("one");
      assertThat(one.canBeHelped()).isTrue();
    }
  }

  @Test
  void whereOtherTasksMayFollowASlotIsIdleAfterAWhile() {
    try (IdleSlots.Task one = slots.begin(STAGE, 0);
        IdleSlots.Task other = slots.begin(STAGE, 1)) {
      one.offer(() -> helped.add("one"));
      other.close();
      now += TimeUnit.MILLISECONDS.toNanos(IdleSlots.PATIENCE_MILLIS) - 1;
      one.ask();
      assertThat(helped).as("the third task may begin").isEmpty();
      now++;
      one.ask();
      assertThat(helped).containsExactly("one");
    }
  }

  @Test
  void theSlotIsFilledAfterThatWhileIfNobodyAsks() {
    try (IdleSlots.Task one = slots.begin(STAGE, 0);
        IdleSlots.Task other = slots.begin(STAGE, 1)) {
      one.offer(() -> helped.add("one"));
      other.close();
      one.ask();
      assertThat(later).as("once").hasSize(1);
      later.remove(0).run();
      assertThat(helped).as("too early").isEmpty();
      assertThat(later).as("once more").hasSize(1);
      now += TimeUnit.MILLISECONDS.toNanos(IdleSlots.PATIENCE_MILLIS);
      later.remove(0).run();
      assertThat(helped).containsExactly("one");
      assertThat(later).isEmpty();
    }
  }

  @Test
  @Timeout(60)
  void thatWhilePassesByItself() throws InterruptedException {
    IdleSlots real = new IdleSlots();
    CountDownLatch asked = new CountDownLatch(1);
    try (IdleSlots.Task one = real.begin(STAGE, 0);
        IdleSlots.Task other = real.begin(STAGE, 1)) {
      one.offer(
          () -> {
            asked.countDown();
            return true;
          });
      other.close();
      asked.await();
    }
  }

  @Test
  void aTimerThatFailsFailsNoTask() {
    IdleSlots broken =
        new IdleSlots(
            () -> now,
            run -> {
              throw new OutOfMemoryError("unable to create native thread");
            });
    try (IdleSlots.Task one = broken.begin(STAGE, 0);
        IdleSlots.Task other = broken.begin(STAGE, 1)) {
      one.offer(() -> helped.add("one"));
      other.close();
      assertThat(helped).isEmpty();
      now += TimeUnit.MILLISECONDS.toNanos(IdleSlots.PATIENCE_MILLIS);
      one.ask();
      assertThat(helped).containsExactly("one");
    }
  }

  @Test
  void aSecondAttemptAtATaskIsNoOtherTask() {
    try (IdleSlots.Task one = slots.begin(STAGE, 0);
        IdleSlots.Task two = slots.begin(STAGE, 1)) {
      one.offer(() -> helped.add("one"));
      two.close();
      slots.begin(STAGE, 1).close();
      assertThat(helped).isEmpty();
      slots.begin(STAGE, 2).close();
      assertThat(helped).containsExactly("one");
    }
  }

  @Test
  void aTaskWithNothingToDoIsPassedOver() {
    try (IdleSlots.Task one = begin();
        IdleSlots.Task two = begin();
        IdleSlots.Task three = begin()) {
      one.offer(() -> false);
      two.offer(() -> helped.add("two"));
      three.close();
      assertThat(helped).containsExactly("two");
    }
  }

  @Test
  void aHelperLeavesWhenANewTaskNeedsItsSlot() {
    try (IdleSlots.Task one = begin();
        IdleSlots.Task other = begin()) {
      one.offer(() -> helped.add("one"));
      other.close();
      try (IdleSlots.Task next = begin()) {
        assertThat(one.canBeHelped()).isFalse();
        one.helperEnded();
        assertThat(helped).as("no other helper").hasSize(1);
      }
      assertThat(helped).as("one more, when that task has ended").hasSize(2);
    }
  }

  @Test
  void thereAreNoMoreHelpersThanIdleSlots() {
    try (IdleSlots.Task one = begin();
        IdleSlots.Task two = begin();
        IdleSlots.Task three = begin()) {
      one.offer(() -> helped.add("one"));
      two.offer(() -> helped.add("two"));
      three.close();
      assertThat(helped).containsExactly("one");
      two.ask();
      assertThat(helped).hasSize(1);
      one.helperEnded();
      assertThat(helped).containsExactly("one", "one");
    }
  }

  @Test
  void nobodyHelpsWhereOnlyOneTaskHasEverRun() {
    try (IdleSlots.Task one = begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
    }
    try (IdleSlots.Task one = begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
    }
    assertThat(helped).isEmpty();
  }

  @Test
  void whatIsWithdrawnIsNotCalled() {
    try (IdleSlots.Task one = begin();
        IdleSlots.Task other = begin()) {
      one.offer(() -> helped.add("one"));
      one.withdraw();
      other.close();
      other.close();
      one.ask();
      assertThat(helped).isEmpty();
    }
  }

  /** Begins the only task of a stage. */
  private IdleSlots.Task begin() {
    return slots.begin(new IdleSlots.Stage(10 + begun++, 0, 1), 0);
  }
}
