package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  @TempDir Path temporaryFiles;

  @Test
  void aLiveWatchOfTheSameRunKeepsItsCopies() throws IOException {
    try (Staging first = Staging.temporary(temporaryFiles, "hdfs://name-node/runs/a")) {
      Path copy = Files.writeString(first.folder().resolve("a.pt"), "copy");
      try (Staging second = Staging.temporary(temporaryFiles, "hdfs://name-node/runs/a")) {
        assertThat(copy).hasContent("copy");
        assertThat(second.folder()).isNotEqualTo(first.folder());
      }
      assertThat(copy).hasContent("copy");
    }
    assertThat(temporaryFiles).isEmptyDirectory();
  }

  @Test
  void whatAKilledWatchOfTheSameRunLeftIsDeleted() throws IOException {
    Path left = left("hdfs://name-node/runs/a");
    Path other = left("hdfs://name-node/runs/b");
    try (Staging staging = Staging.temporary(temporaryFiles, "hdfs://name-node/runs/a")) {
      assertThat(left).doesNotExist();
      assertThat(other.resolve("a.pt")).exists();
      assertThat(staging.folder()).isDirectory();
    }
  }

  @Test
  void aFolderOfItsOwnIsEmptiedAndRemoved() throws IOException {
    Path folder = Files.createDirectory(temporaryFiles.resolve(".staging"));
    Files.writeString(folder.resolve("a.pt"), "half a co");
    try (Staging staging = Staging.in(folder)) {
      assertThat(staging.folder()).isEqualTo(folder).isEmptyDirectory();
    }
    assertThat(folder).doesNotExist();
  }

  /** A folder as a process leaves it that is killed: with its lock's file, which nobody holds. */
  private Path left(String run) throws IOException {
    Path folder;
    try (Staging staging = Staging.temporary(temporaryFiles, run)) {
      folder = staging.folder();
    }
    Files.createDirectory(folder);
    Files.createFile(folder.resolve(".lock"));
    Files.writeString(folder.resolve("a.pt"), "half a co");
    return folder;
  }
}
