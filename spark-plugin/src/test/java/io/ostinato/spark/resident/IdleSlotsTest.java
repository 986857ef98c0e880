package io.ostinato.spark.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleSlotsTest {
  private final IdleSlots slots = new IdleSlots();
  private final List<String> helped = new ArrayList<>();

  @Test
  void theSlotOfATaskThatEndsHelpsAnother() {
    try (IdleSlots.Task one = slots.begin();
        IdleSlots.Task other = slots.begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
      assertThat(helped).as("all slots have a task").isEmpty();
      other.close();
      assertThat(helped).containsExactly("one");
      assertThat(one.canBeHelped()).isTrue();
    }
  }

  @Test
  void aTaskWithNothingToDoIsPassedOver() {
    try (IdleSlots.Task one = slots.begin();
        IdleSlots.Task two = slots.begin();
        IdleSlots.Task three = slots.begin()) {
      one.offer(() -> false);
      two.offer(() -> helped.add("two"));
      three.close();
      assertThat(helped).containsExactly("two");
    }
  }

  @Test
  void aHelperLeavesWhenANewTaskNeedsItsSlot() {
    try (IdleSlots.Task one = slots.begin();
        IdleSlots.Task other = slots.begin()) {
      one.offer(() -> helped.add("one"));
      other.close();
      try (IdleSlots.Task next = slots.begin()) {
        assertThat(one.canBeHelped()).isFalse();
        one.helperEnded();
        assertThat(helped).as("no other helper").hasSize(1);
      }
      assertThat(helped).as("one more, when that task has ended").hasSize(2);
    }
  }

  @Test
  void thereAreNoMoreHelpersThanIdleSlots() {
    try (IdleSlots.Task one = slots.begin();
        IdleSlots.Task two = slots.begin();
        IdleSlots.Task three = slots.begin()) {
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
    try (IdleSlots.Task one = slots.begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
    }
    try (IdleSlots.Task one = slots.begin()) {
      one.offer(() -> helped.add("one"));
      one.ask();
    }
    assertThat(helped).isEmpty();
  }

  @Test
  void whatIsWithdrawnIsNotCalled() {
    try (IdleSlots.Task one = slots.begin();
        IdleSlots.Task other = slots.begin()) {
      one.offer(() -> helped.add("one"));
      one.withdraw();
      other.close();
      other.close();
      one.ask();
      assertThat(helped).isEmpty();
    }
  }
}
