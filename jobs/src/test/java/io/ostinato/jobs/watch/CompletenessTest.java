package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.TrainingIteration;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
    assertThat(Policy.EVERY.next(scan, Set.of())).isEmpty();
    assertThat(Policy.EVERY.next(scan, Set.of(first))).contains(second);
    assertThat(Policy.LATEST.next(scan, Set.of())).contains(second);
  }

  @Test
  void latestTakesTheNewestAndSkipsTheOthersOnceItWasEvaluated() {
    CheckpointFile first = file("E1_U1_S1.pt", 1, 0);
    CheckpointFile second = file("E2_U2_S2.pt", 1, 9);
    CheckpointFile third = file("E3_U3_S3.pt", 1, 0);
    CheckpointFile later = file("E2_U2_S2.pt", 1, 11);
    List<CheckpointFile> all = List.of(first, second, third);
    CheckpointOrder order = CheckpointOrder.of(all);
    assertThat(Policy.LATEST.next(new Scan(all, List.of(), order, false), Set.of(first)))
        .contains(third);
    JournalEntry evaluated = evaluated(third, 10);
    assertThat(Policy.LATEST.isOvertaken(second, evaluated, order)).isTrue();
    assertThat(Policy.LATEST.isOvertaken(later, evaluated, order)).isFalse();
    assertThat(Policy.LATEST.isOvertaken(third, evaluated(second, 10), order)).isFalse();
    assertThat(Policy.EVERY.isOvertaken(second, evaluated, order)).isFalse();
  }

  @Test
  void theClockOfAServerMayBeAhead() {
    CheckpointFile first = file("a.pt", 1, 600);
    JournalEntry evaluated = evaluated(file("b.pt", 1, 601), 10);
    assertThat(Policy.LATEST.isOvertaken(first, evaluated, CheckpointOrder.BY_TIME)).isTrue();
  }

  @Test
  void aMarkerOfALinkIsOneOfTheFileItLeadsTo() {
    CheckpointFile file = file("net-E3.pt", 1, 5);
    CheckpointFile link = file("last.pt", 1, 5);
    CheckpointFile before = file("net-E2.pt", 1, 1);
    CheckpointFile marker = file("last.pt.done", 0, 6);
    Map<String, String> links = Map.of("last.pt", "net-E3.pt");
    Listing listing = new Listing(List.of(file, link, before, marker), links, Set.of());
    assertThat(marked.look(listing, at(0)).complete()).containsExactly(file);
    CheckpointFile stale = file("last.pt.done", 0, 4);
    Listing half = new Listing(List.of(file, link, before, stale), links, Set.of());
    assertThat(marked.look(half, at(9)).complete()).isEmpty();
  }

  @Test
  void aMarkerOfAFileIsOneOfTheLinkThatIsTheCheckpoint() {
    Completeness last = Completeness.markedBy(".done", new NameFilter("last.pt"));
    CheckpointFile link = file("last.pt", 1, 5);
    Listing listing =
        new Listing(
            List.of(file("net-E3.pt", 1, 5), link, file("net-E3.pt.done", 0, 6)),
            Map.of("last.pt", "net-E3.pt"),
            Set.of());
    assertThat(last.look(listing, at(0)).complete()).containsExactly(link);
  }

  private static JournalEntry evaluated(CheckpointFile file, int second) {
    return new JournalEntry(
        file,
        TrainingIteration.START,
        DAY.plusSeconds(second),
        Outcome.EVALUATED,
        "",
        Map.of(),
        1,
        0,
        0,
        List.of());
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
