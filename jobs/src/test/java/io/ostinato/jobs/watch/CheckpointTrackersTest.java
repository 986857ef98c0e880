package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.RunInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTrackersTest {
  private static final int STEP = 2 << 3; // of TensorFlow's event.proto, a varint
  private static final int TIME_BYTES = 9;
  private static final int FRAME_BYTES = 16;

  @TempDir Path folder;
  private final List<JournalEntry> journal = new ArrayList<>();

  @Test
  void aRunOfOneKindOfNamesHasOneAxis() throws IOException {
    log("epoch_3.pt", "epoch_4.pt");
    log("epoch_5.pt");
    assertThat(steps("tensorboard")).containsExactly(3, 4, 5);
    assertThat(folder.resolve("tensorboard")).isDirectoryNotContaining(Files::isDirectory);
  }

  @Test
  void updatesAndEpochsAndCountsAreOnAxesOfTheirOwnAlsoAfterARestart() throws IOException {
    log("step_100.pt", "init.pt", "epoch_1.pt", "net-E1_U110_S7.pt");
    log("last.pt", "epoch_2.pt", "gpt-consumed_samples=90.pt", "step_120.pt");
    assertThat(steps("tensorboard")).containsExactly(100, 110, 120);
    assertThat(steps("tensorboard/epochs")).containsExactly(1, 2);
    assertThat(steps("tensorboard/lines")).containsExactly(2, 5);
    assertThat(steps("tensorboard/samples")).containsExactly(90);
  }

  @Test
  void namesWithoutAnIterationAreCounted() throws IOException {
    log("a.pt", "b.pt");
    log("c.pt", "step_7.pt");
    assertThat(steps("tensorboard")).containsExactly(1, 2, 3);
    assertThat(steps("tensorboard/updates")).containsExactly(7);
  }

  @Test
  void aNumberWithoutAUnitIsOnNoAxisOfUpdatesOrEpochs() throws IOException {
    log("checkpoint1.pt", "checkpoint_2_50.pt", "checkpoint2.pt", "epoch_3.pt");
    assertThat(steps("tensorboard")).containsExactly(1, 2);
    assertThat(steps("tensorboard/updates")).containsExactly(50);
    assertThat(steps("tensorboard/epochs")).containsExactly(3);
  }

  @Test
  void updatesThatBeginAnewInEveryEpochAreCountedByLines() throws IOException {
    log("epoch_1_step_80.pt", "epoch_1_step_90.pt", "epoch_2_step_10.pt");
    log("epoch_2_step_90.pt", "epoch_2_step_99.pt");
    assertThat(steps("tensorboard")).containsExactly(80, 90);
    assertThat(steps("tensorboard/lines")).containsExactly(3, 4, 5);
  }

  /** Names that an older release didn't read, or read in another way. */
  @Test
  void linesThatWereCountedOtherwiseStayOnTheirAxis() throws IOException {
    journal.add(entry("checkpoint-50.pt", new TrainingIteration(0, 1, 0)));
    journal.add(entry("step_1_000.pt", new TrainingIteration(0, 1, 0)));
    log("checkpoint-60.pt", "last.pt", "checkpoint-70.pt");
    assertThat(steps("tensorboard")).containsExactly(4);
    assertThat(steps("tensorboard/numbers")).containsExactly(60, 70);
  }

  /** As one process would. */
  private void log(String... names) {
    RunInfo run = new RunInfo("run", folder, Map.of());
    try (CheckpointTrackers trackers = CheckpointTrackers.inFolderOf(run, journal)) {
      for (String name : names) {
        JournalEntry entry =
            entry(
                name,
                TrainingIteration.findIn(name)
                    .orElse(new TrainingIteration(0, journal.size() + 1, 0)));
        journal.add(entry);
        trackers.log(entry);
      }
    }
  }

  private static JournalEntry entry(String name, TrainingIteration iteration) {
    return new JournalEntry(
        new CheckpointFile(name, 1, Instant.EPOCH),
        iteration,
        Instant.EPOCH,
        Outcome.EVALUATED,
        "",
        Map.of("accuracy/test", 0.5),
        1,
        0,
        0,
        List.of());
  }

  /** The steps of all event files of a folder, each below 128, in the order of the files. */
  private List<Integer> steps(String name) throws IOException {
    List<Path> files;
    try (Stream<Path> listing = Files.list(folder.resolve(name))) {
      files = listing.filter(Files::isRegularFile).sorted().toList();
    }
    List<Integer> steps = new ArrayList<>();
    for (Path file : files) {
      ByteBuffer events = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      while (events.hasRemaining()) {
        int event = events.position() + Long.BYTES + Integer.BYTES;
        if (events.get(event + TIME_BYTES) == STEP) {
          steps.add((int) events.get(event + TIME_BYTES + 1));
        }
        events.position(
            (int) (events.position() + FRAME_BYTES + events.getLong(events.position())));
      }
    }
    return steps;
  }
}
