package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
    assertThat(settled.look(Listing.of(List.of(half)), at(0))).isEqualTo(growing(true, half));
    assertThat(settled.look(Listing.of(List.of(whole)), at(10))).isEqualTo(growing(true, whole));
    assertThat(settled.look(Listing.of(List.of(touched)), at(20)))
        .isEqualTo(growing(true, touched));
    assertThat(settled.look(Listing.of(List.of(touched)), at(29)))
        .isEqualTo(growing(false, touched));
    assertThat(settled.look(Listing.of(List.of(touched)), at(30)))
        .isEqualTo(new Scan(List.of(touched), List.of(), CheckpointOrder.BY_TIME, false));
  }

  @Test
  void aFileThatWasAwayBeginsAnew() {
    CheckpointFile file = file("a.pt", 1, 0);
    settled.look(Listing.of(List.of(file)), at(0));
    settled.look(Listing.of(List.of()), at(10));
    assertThat(settled.look(Listing.of(List.of(file)), at(20))).isEqualTo(growing(true, file));
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
    settled.look(Listing.of(listing), at(0));
    assertThat(settled.look(Listing.of(listing), at(10)))
        .isEqualTo(new Scan(List.of(), List.of(), CheckpointOrder.BY_TIME, false));
    assertThat(new NameFilter("*").accepts("a.pt._COPYING_")).isFalse();
  }

  @Test
  void aMarkerSaysThatItsFileIsCompleteUnlessItIsOlder() {
    CheckpointFile file = file("a.pt", 1, 5);
    assertThat(marked.look(Listing.of(List.of(file)), at(0)).complete()).isEmpty();
    assertThat(marked.look(Listing.of(List.of(file, file("a.pt.done", 0, 5))), at(0)).complete())
        .containsExactly(file);
    assertThat(marked.look(Listing.of(List.of(file, file("a.pt.done", 0, 4))), at(99)).complete())
        .isEmpty();
  }

  @Test
  void everyWaitsForAnEarlierOneThatIsStillBeingWritten() {
    CheckpointFile first = file("E1_U1_S1.pt", 1, 9);
    CheckpointFile second = file("E2_U2_S2.pt", 1, 8);
    Scan scan = new Scan(List.of(second), List.of(first), CheckpointOrder.BY_ITERATION, false);
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
            new Scan(List.of(first, second, third), List.of(), CheckpointOrder.BY_ITERATION, false),
            Set.of(first));
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
    return new Scan(List.of(), List.of(file), CheckpointOrder.BY_TIME, changed);
  }
}
