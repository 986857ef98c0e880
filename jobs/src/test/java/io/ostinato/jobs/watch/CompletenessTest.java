package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompletenessTest {
  private static final Duration POLL = Duration.ofSeconds(10);
  private static final Instant DAY = Instant.parse("2026-11-24T12:00:00Z");

  private final Completeness settled =
      Completeness.unchangedFor(POLL, new NameFilter("*.{pt,done,pt.tmp}"));
  private final Completeness marked = Completeness.markedBy(".done", new NameFilter("*"));

  @Test
  void aFileIsCompleteOnceItsSizeAndTimeHaveStayedForAPoll() {
    CheckpointFile half = file("a.pt", 1, 0);
    CheckpointFile whole = file("a.pt", 2, 0);
    CheckpointFile touched = file("a.pt", 2, 1);
    assertThat(settled.look(List.of(half), at(0))).isEqualTo(growing(true, half));
    assertThat(settled.look(List.of(whole), at(10))).isEqualTo(growing(true, whole));
    assertThat(settled.look(List.of(touched), at(20))).isEqualTo(growing(true, touched));
    assertThat(settled.look(List.of(touched), at(29))).isEqualTo(growing(false, touched));
    assertThat(settled.look(List.of(touched), at(30)))
        .isEqualTo(new Scan(List.of(touched), List.of(), false));
  }

  @Test
  void aFileThatWasAwayBeginsAnew() {
    CheckpointFile file = file("a.pt", 1, 0);
    settled.look(List.of(file), at(0));
    settled.look(List.of(), at(10));
    assertThat(settled.look(List.of(file), at(20))).isEqualTo(growing(true, file));
  }

  @Test
  void namesThatAreHiddenOrTemporaryAreNeverSeen() {
    List<CheckpointFile> listing =
        List.of(
            file(".a.pt", 1, 0),
            file("_a.pt", 1, 0),
            file("a.pt.tmp", 1, 0),
            file("a.pt._COPYING_", 1, 0),
            file("b.txt", 1, 0));
    settled.look(listing, at(0));
    assertThat(settled.look(listing, at(10))).isEqualTo(new Scan(List.of(), List.of(), false));
    assertThat(new NameFilter("*").accepts("a.pt._COPYING_")).isFalse();
  }

  @Test
  void aMarkerSaysThatItsFileIsCompleteUnlessItIsOlder() {
    CheckpointFile file = file("a.pt", 1, 5);
    assertThat(marked.look(List.of(file), at(0)).complete()).isEmpty();
    assertThat(marked.look(List.of(file, file("a.pt.done", 0, 5)), at(0)).complete())
        .containsExactly(file);
    assertThat(marked.look(List.of(file, file("a.pt.done", 0, 4)), at(99)).complete()).isEmpty();
  }

  @Test
  void iterationsComeInTheirOrderThenTheOthersByTimeAndName() {
    List<CheckpointFile> ordered =
        List.of(
            file("net-E2_U9_S90.pt", 1, 50),
            file("net-E1_U10_S100.pt", 1, 60),
            file("net-E1_U10_S100.pt", 1, 61),
            file("E3_U66_S4224.pt", 1, 1),
            file("z.pt", 1, 1),
            file("a.pt", 1, 2),
            file("b.pt", 1, 2));
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      List<CheckpointFile> shuffled = new ArrayList<>(ordered);
      Collections.shuffle(shuffled, random);
      Collections.sort(shuffled);
      assertThat(shuffled).isEqualTo(ordered);
    }
    assertThat(file("SE1_U2_S3.pt", 1, 0).iteration()).isEmpty();
  }

  @Test
  void everyWaitsForAnEarlierOneThatIsStillBeingWritten() {
    CheckpointFile first = file("E1_U1_S1.pt", 1, 9);
    CheckpointFile second = file("E2_U2_S2.pt", 1, 8);
    Scan scan = new Scan(List.of(second), List.of(first), false);
    assertThat(Policy.EVERY.next(scan, Set.of()).next()).isEmpty();
    assertThat(Policy.EVERY.next(scan, Set.of(first)).next()).contains(second);
    assertThat(Policy.LATEST.next(scan, Set.of()).next()).contains(second);
  }

  @Test
  void latestTakesTheNewestAndSkipsTheOthers() {
    CheckpointFile first = file("E1_U1_S1.pt", 1, 0);
    CheckpointFile second = file("E2_U2_S2.pt", 1, 0);
    CheckpointFile third = file("E3_U3_S3.pt", 1, 0);
    Policy.Choice choice =
        Policy.LATEST.next(
            new Scan(List.of(first, second, third), List.of(), false), Set.of(first));
    assertThat(choice.next()).contains(third);
    assertThat(choice.skipped()).containsExactly(second);
  }

  private static CheckpointFile file(String name, long bytes, int second) {
    return new CheckpointFile(name, bytes, DAY.plusSeconds(second));
  }

  private static Duration at(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Scan growing(boolean changed, CheckpointFile file) {
    return new Scan(List.of(), List.of(file), changed);
  }
}
