package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.jobs.TestDisk;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that becomes full anywhere, and has room again when the next process starts. */
@Tag("spark35")
class FullDiskTest {
  private static final int STEP = 89;
  @TempDir Path folder;

  @AfterEach
  void repairTheDisk() {
    TestDisk.repair();
  }

  @Test
  void whereverItIsFullNothingTemporaryIsLeftAndNothingIsLostOrRepeated() throws IOException {
    int failures = 0;
    for (long room = 0; ; room += STEP) {
      WatchLab lab = new WatchLab(folder.resolve("room-" + room));
      lab.useDisk();
      List.of(0.3, 0.7, -1.0, 0.2)
          .forEach(value -> lab.write("E%s_U1_S1.pt".formatted(lab.files.size() + 1), value));
      TestDisk.hasRoomFor(room);
      if (room % 2 == 1) {
        TestDisk.failsLikeALocalOne();
      }
      boolean full = isTooFullFor(lab);
      TestDisk.repair();
      assertThat(filesOf(lab))
          .as("%s bytes", room)
          .noneMatch(name -> name.matches("\\..*|.*next.*"));
      int done = lab.journal().size();
      int evaluated = lab.evaluated.size();
      lab.watch(Policy.EVERY, Ending.once());
      assertThat(lab.journal().stream().map(entry -> entry.checkpoint().name()))
          .as("%s bytes", room)
          .containsExactly("E1_U1_S1.pt", "E2_U1_S1.pt", "E3_U1_S1.pt", "E4_U1_S1.pt");
      assertThat(lab.evaluated.size() - evaluated)
          .as("evaluations of what was not recorded, %s bytes", room)
          .isEqualTo(4 - done - (done < 3 ? 1 : 0));
      assertThat(lab.bestModel("best_model.accuracy.pt")).isEqualTo("0.7");
      assertThat(lab.bestModel("best_model.loss.pt")).isEqualTo("0.2");
      if (!full) {
        break;
      }
      failures++;
    }
    assertThat(failures).isGreaterThan(20);
  }

  private static boolean isTooFullFor(WatchLab lab) {
    try {
      lab.watch(Policy.EVERY, Ending.once());
      return false;
    } catch (StorageException e) {
      assertThat(e).hasMessageContaining("No space left on device");
      return true;
    }
  }

  private static List<String> filesOf(WatchLab lab) throws IOException {
    try (Stream<Path> files = Files.walk(lab.run)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }
}
