package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JournalLineTest {

  @Test
  void skippedRowsAreInTheLineOnlyIfThereAreAny() {
    String all = JournalLine.write(entry(7, 0));
    String some = JournalLine.write(entry(5, 2));
    assertThat(all).contains("\"outcome\":\"evaluated\",\"rows\":7,\"seconds\":0.5");
    assertThat(some).contains("\"outcome\":\"evaluated\",\"rows\":5,\"skipped\":2,\"seconds\":0.5");
    assertThat(JournalLine.parse(all)).isEqualTo(entry(7, 0));
    assertThat(JournalLine.parse(some)).isEqualTo(entry(5, 2));
  }

  @Test
  void aDamagedLineIsShownInPart() {
    String damaged = "{" + "x".repeat(300_000);
    assertThatThrownBy(() -> JournalLine.parse(damaged))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("it is not about a checkpoint: {" + "x".repeat(199) + "… (300,001 characters)");
  }

  private static JournalEntry entry(long rows, long skipped) {
    return new JournalEntry(
        new CheckpointFile("E1.pt", 1, Instant.EPOCH),
        new TrainingIteration(1, 0, 0),
        Instant.EPOCH,
        Outcome.EVALUATED,
        "",
        Map.of("accuracy/test", 0.5),
        rows,
        skipped,
        0.5,
        List.of());
  }
}
