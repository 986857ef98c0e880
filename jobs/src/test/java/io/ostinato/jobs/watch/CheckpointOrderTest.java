package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CheckpointOrderTest {
  private static final Instant DAY = Instant.parse("2026-11-24T12:00:00Z");

  @Test
  void iterationsOrderWhereAllNamesHaveOneFormAndTheirNumbersAgree() {
    assertOrder(
        CheckpointOrder.BY_ITERATION,
        file("net-E1_U9_S90.pt", 50),
        file("net-E1_U10_S100.pt", 60),
        file("net-E3_U66_S4224.pt", 1));
    assertOrder(
        CheckpointOrder.BY_ITERATION,
        file("epoch=2-val_loss=0.35.pt", 50),
        file("epoch=10-val_loss=1.2e-05.pt", 40),
        file("epoch=11-val_loss=0.4.pt", 1));
    assertOrder(
        CheckpointOrder.BY_ITERATION, file("checkpoint-900.pt", 9), file("checkpoint-1000.pt", 1));
    assertOrder(CheckpointOrder.BY_ITERATION, file("step_999.pt", 9), file("step_1_000.pt", 1));
  }

  @Test
  void timesOrderWhereNumbersContradictEachOther() {
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("epoch_1_step_800.pt", 1),
        file("epoch_1_step_900.pt", 2),
        file("epoch_2_step_100.pt", 3));
    assertOrder(
        CheckpointOrder.BY_TIME, file("epoch_1_step_900.pt", 1), file("epoch_2_step_900.pt", 2));
    assertOrder(
        CheckpointOrder.BY_TIME, file("net-E2_U9_S90.pt", 1), file("net-E1_U10_S100.pt", 2));
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("epoch=5-step=50.pt", 1),
        file("epoch=1-step=10-v1.pt", 2),
        file("epoch=6-step=60.pt", 3));
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("epoch=3-loss=0.1.pt", 1),
        file("epoch=1-loss=0.8.pt", 2),
        file("epoch=1-loss=0.7.pt", 3));
  }

  @Test
  void timesOrderWhereNamesHaveSeveralForms() {
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("checkpoint_2_500.pt", 1),
        file("checkpoint2.pt", 2),
        file("checkpoint_3_700.pt", 3),
        file("checkpoint3.pt", 4));
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("fold1_epoch_9.pt", 1),
        file("fold2_epoch_1.pt", 2),
        file("fold2_epoch_2.pt", 3));
    assertOrder(CheckpointOrder.BY_TIME, file("epoch_11.pt", 1), file("best-epoch_10.pt", 2));
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("checkpoint_2024_11.pt", 1),
        file("checkpoint_2024_12.pt", 2),
        file("checkpoint_2025_01.pt", 3));
    assertOrder(
        CheckpointOrder.BY_TIME, file("model_30112026.pt", 1), file("model_01122026.pt", 2));
  }

  @Test
  void timesOrderWhereANameTellsNoneOrCountsSomethingElse() {
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("init.pt", -9999),
        file("E3_U66_S4224.pt", 1),
        file("a.pt", 2),
        file("b.pt", 2),
        file("E1_U10_S100.pt", 2),
        file("E2_U20_S200.pt", 2),
        file("last-v1.pt", 3));
    assertOrder(
        CheckpointOrder.BY_TIME,
        file("epoch_12.pt", 1),
        file("step_1000.pt", 2),
        file("epoch_11.pt", 3),
        file("step_900.pt", 4));
  }

  @Test
  void aNameThatBreaksATieTellsNoAge() {
    CheckpointFile a = file("a.pt", 1);
    CheckpointFile b = file("b.pt", 1);
    CheckpointFile epoch = file("epoch_1.pt", 1);
    CheckpointFile step = file("step_1.pt", 1);
    CheckpointFile later = file("step_2.pt", 1);
    assertThat(CheckpointOrder.BY_TIME.isOlder(a, b)).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(a, step)).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(epoch, step)).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(step, epoch)).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(step, later)).isTrue();
    assertThat(CheckpointOrder.BY_TIME.isOlder(a, file("a.pt", 2))).isTrue();
    assertThat(CheckpointOrder.BY_ITERATION.isOlder(later, file("step_1.pt", 9))).isFalse();
    assertThat(CheckpointOrder.BY_ITERATION.isOlder(later, file("other-step_1.pt", 9))).isTrue();
    CheckpointFile restarted = file("epoch_2_step_1.pt", 1);
    assertThat(CheckpointOrder.BY_TIME.isOlder(file("epoch_1_step_9.pt", 1), restarted)).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(restarted, file("epoch_1_step_9.pt", 1))).isFalse();
    assertThat(CheckpointOrder.BY_TIME.isOlder(epoch, file("epoch_1-v1.pt", 1))).isTrue();
  }

  private static void assertOrder(CheckpointOrder order, CheckpointFile... files) {
    List<CheckpointFile> ordered = List.of(files);
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      List<CheckpointFile> shuffled = new ArrayList<>(ordered);
      Collections.shuffle(shuffled, random);
      assertThat(CheckpointOrder.of(shuffled)).isEqualTo(order);
      assertThat(order.sort(shuffled.stream())).isEqualTo(ordered);
    }
  }

  private static CheckpointFile file(String name, int second) {
    return new CheckpointFile(name, 1, DAY.plusSeconds(second));
  }
}
