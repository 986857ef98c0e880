package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link RunFiles} promises. */
public abstract class RunFilesContract {

  /** Files in a folder that is not there yet; the same folder each time within a test. */
  protected abstract RunFiles files();

  /** The names of everything in the folder, temporary files too. */
  protected abstract List<String> everything() throws IOException;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    RunFiles files = files();
    assertThat(files.list()).isEmpty();
    assertThat(files.exists("a.txt")).isFalse();
    write(files, "b.txt", "b");
    write(files, "a.txt", "first");
    write(files, "a.txt", "second, longer");
    assertThat(read(files, "a.txt")).isEqualTo("second, longer");
    assertThat(files.sizeBytes("a.txt")).isEqualTo(14);
    assertThat(files.exists("a.txt")).isTrue();
    assertThat(files.list()).containsExactly("a.txt", "b.txt");
    assertThat(files().list()).as("another view of the folder").containsExactly("a.txt", "b.txt");
  }

  @Test
  void renamingReplacesInOneStep() throws IOException {
    RunFiles files = files();
    write(files, "old", "old");
    write(files, "new", "new");
    files.rename("new", "old");
    assertThat(read(files, "old")).isEqualTo("new");
    assertThat(files.list()).containsExactly("old");
    assertThatThrownBy(() -> files.rename("gone", "old"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't rename")
        .hasMessageContaining("gone");
    assertThat(read(files, "old")).isEqualTo("new");
  }

  @Test
  void aWriterThatFailsLeavesWhatWasThere() throws IOException {
    RunFiles files = files();
    write(files, "kept", "kept");
    for (String name : List.of("kept", "never")) {
      assertThatThrownBy(
              () ->
                  files.write(
                      name,
                      out -> {
                        out.write(new byte[100_000]);
                        throw new IOException("the disk is full");
                      }))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("can't write")
          .hasMessageContaining(name)
          .hasMessageContaining("the disk is full");
      assertThatThrownBy(
              () ->
                  files.write(
                      name,
                      out -> {
                        out.write(1);
                        throw new IllegalStateException("deliberately");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("deliberately");
    }
    assertThat(read(files, "kept")).isEqualTo("kept");
    assertThat(files.list()).containsExactly("kept");
    assertThat(everything()).as("nothing half-written is left").containsExactly("kept");
  }

  @Test
  void deletingIsForThereOrNot() {
    RunFiles files = files();
    files.delete("gone");
    write(files, "there", "x");
    files.delete("there");
    assertThat(files.list()).isEmpty();
  }

  @Test
  void whatAKilledWriterLeftIsDeletedOnceItIsOldAndWhatIsBeingWrittenIsNot() throws IOException {
    RunFiles files = files();
    files.deleteAbandoned(Instant.now());
    write(files, "kept", "kept");
    files.write(
        "written",
        out -> {
          out.write(new byte[100_000]);
          out.flush();
          files.deleteAbandoned(Instant.now().minus(Duration.ofDays(1)));
        });
    assertThat(files.sizeBytes("written")).isEqualTo(100_000);
    assertThatThrownBy(
            () ->
                files.write(
                    "never",
                    out -> {
                      out.write(1);
                      files.deleteAbandoned(Instant.now().plus(Duration.ofDays(1)));
                    }))
        .as("its temporary file is gone")
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("never");
    assertThat(everything()).containsExactlyInAnyOrder("kept", "written");
  }

  @Test
  void aMissingFileIsNamed() {
    RunFiles files = files();
    assertThatThrownBy(() -> files.read("missing.txt").close())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't read")
        .hasMessageContaining("missing.txt")
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> files.sizeBytes("missing.txt"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("missing.txt");
  }

  @Test
  void namesThatLeaveTheFolderAreRefused() {
    RunFiles files = files();
    for (String name : List.of("", "../up", "a/b", ".hidden", "a b", "a\u0000", "C:\\x")) {
      assertThatThrownBy(() -> write(files, name, "x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + name + "' can't name a file of a run");
      assertThatThrownBy(() -> files.read(name).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("can't name a file of a run");
    }
  }

  @Test
  void severalThreadsWriteDifferentNames() throws Exception {
    RunFiles files = files();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> writes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String name = "file-" + i;
        writes.add(
            () -> {
              write(files, name, name.repeat(1000));
              return null;
            });
      }
      for (Future<Void> done : threads.invokeAll(writes)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(files.list()).hasSize(20);
    for (String name : files.list()) {
      assertThat(read(files, name)).isEqualTo(name.repeat(1000));
    }
  }

  static void write(RunFiles files, String name, String text) {
    files.write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String read(RunFiles files, String name) throws IOException {
    try (InputStream in = files.read(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
