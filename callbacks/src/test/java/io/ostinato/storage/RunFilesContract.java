package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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

  /** Whether a file that is being written has a temporary name. */
  protected boolean hasTemporaryFiles() {
    return true;
  }

  /** The class whose process opens the folder that it is given, for {@link EndlessLines}. */
  protected abstract Class<?> lineWriter();

  /** What that class is given to open the folder. */
  protected abstract String folderForWriter();

  /** What there is while a file of lines has a writer; later there is that file alone. */
  protected List<String> besideOpenLines() {
    return List.of();
  }

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
    if (!hasTemporaryFiles()) {
      return;
    }
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
  void temporaryFilesAreDeletedByTheNameOfTheirWriter() throws IOException {
    RunFiles files = files();
    RunFiles here = files.writtenBy("0123456789abcdef");
    RunFiles elsewhere = files.writtenBy("fedcba9876543210");
    here.write(
        "written",
        out -> {
          out.write(new byte[100_000]);
          out.flush();
          elsewhere.deleteAbandonedBy("fedcba9876543210");
        });
    assertThat(files.sizeBytes("written")).isEqualTo(100_000);
    if (hasTemporaryFiles()) {
      assertThatThrownBy(
              () ->
                  here.folder("deeper")
                      .write(
                          "never",
                          out -> {
                            out.write(1);
                            files.folder("deeper").deleteAbandonedBy("0123456789abcdef");
                          }))
          .as("its temporary file is gone")
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("never");
      files.folder("deeper").deleteFolder();
    }
    assertThat(everything()).containsExactly("written");
  }

  @Test
  void aProbeWhetherFilesCanBeWrittenLeavesNothing() throws IOException {
    RunFiles files = files();
    files.folder("run").checkWritable();
    assertThat(files.list()).isEmpty();
    assertThat(files.folder("run").list()).isEmpty();
    if (hasTemporaryFiles()) { // an object store has no folders
      assertThat(files.folders()).isEmpty();
    }
    write(files, "kept", "kept");
    files.checkWritable();
    assertThat(everything()).contains("kept").noneMatch(name -> name.startsWith("."));
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

  @Test
  void foldersHaveFilesOfTheirOwn() throws IOException {
    RunFiles files = files();
    assertThat(files.folders()).isEmpty();
    RunFiles folder = files.folder("checkpoints");
    assertThat(folder.list()).isEmpty();
    write(folder, "a", "inner");
    write(files, "a", "outer");
    write(files.folder("another").folder("deep"), "b", "b");
    assertThat(files.list()).containsExactly("a");
    assertThat(files.folders()).containsExactly("another", "checkpoints");
    assertThat(read(files().folder("checkpoints"), "a")).isEqualTo("inner");
    assertThat(folder.location()).isEqualTo(files.location() + "/checkpoints");
    files.folder("another").deleteFolder();
    files.folder("gone").deleteFolder();
    assertThat(files.folders()).containsExactly("checkpoints");
    assertThatThrownBy(() -> files.folder("../up"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can't name a file of a run");
  }

  @Test
  void aLineIsThereAtOnceAndInTheOneFileAtTheEnd() throws IOException {
    RunFiles files = files();
    assertThat(files.lines("log")).isEmpty();
    try (LineFile log = files.openLines("log")) {
      assertThat(files.exists("log")).as("a run with that file is taken").isTrue();
      assertThat(log.lines()).isEmpty();
      log.append("a");
      assertThat(files().lines("log")).as("another view").containsExactly("a");
      log.append(List.of("ß", "c"));
      assertThat(log.lines()).containsExactly("a", "ß", "c");
      assertThat(files().lines("log")).containsExactly("a", "ß", "c");
      assertThat(log.endsWith("c")).isTrue();
      assertThat(log.endsWith("ß")).isFalse();
      assertThat(log.location()).endsWith("/log");
      assertThat(everything()).containsAll(besideOpenLines());
    }
    try (LineFile log = files.openLines("log")) {
      log.append("d");
    }
    assertThat(read(files, "log")).isEqualTo("a\nß\nc\nd\n");
    assertThat(files.lines("log")).containsExactly("a", "ß", "c", "d");
    assertThat(everything()).containsExactly("log");
  }

  @Test
  void linesAreReplacedByOthersAndGoOnBehindThem() throws IOException {
    RunFiles files = files();
    try (LineFile log = files.openLines("log")) {
      log.append(List.of("a", "b", "c"));
      log.replace(List.of("a", "c"));
      assertThat(files().lines("log")).containsExactly("a", "c");
      log.append("d");
      log.replace(List.of());
      assertThat(files().lines("log")).isEmpty();
      log.append("e");
    }
    assertThat(read(files, "log")).isEqualTo("e\n");
  }

  @Test
  void anUnfinishedLastLineIsPassedOverAndRemoved() throws IOException {
    RunFiles files = files();
    write(files, "log", "a\n{\"half");
    assertThat(files.lines("log")).containsExactly("a");
    try (LineFile log = files.openLines("log")) {
      assertThat(log.lines()).containsExactly("a");
      log.append("b");
    }
    assertThat(read(files, "log")).isEqualTo("a\nb\n");
  }

  @Test
  void manyLinesStayInTheirOrder() throws IOException {
    RunFiles files = files();
    List<String> expected = new ArrayList<>();
    for (int process = 0; process < 2; process++) {
      try (LineFile log = files.openLines("log")) {
        for (int i = 0; i < 40; i++) {
          String line = process + "-" + i + "-" + "x".repeat(i % 7 * 500);
          log.append(line);
          expected.add(line);
          if (i % 13 == 0) {
            assertThat(files.lines("log")).isEqualTo(expected);
          }
        }
        assertThat(log.lines()).isEqualTo(expected);
      }
    }
    assertThat(read(files, "log")).isEqualTo(String.join("\n", expected) + "\n");
    assertThat(everything()).containsExactly("log");
  }

  @Test
  void twoWritersNeverMixTheirLines() {
    RunFiles files = files();
    LineFile first = files.openLines("log");
    first.append("a");
    try {
      LineFile second = files().openLines("log");
      second.append("b");
      assertThatThrownBy(() -> first.append("c"))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another process is writing")
          .hasMessageContaining("give this run another id");
      assertThatThrownBy(() -> first.append("c"))
          .as("tried again")
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another process is writing");
      second.append("d");
      second.close();
      assertThat(files.lines("log")).containsExactly("a", "b", "d");
    } catch (StorageException refused) {
      assertThat(refused)
          .isInstanceOf(TakenOverException.class)
          .hasMessageContaining("this process is writing")
          .hasMessageContaining("already; end that training or watch first")
          .hasMessageContaining("give this run another id");
      first.append("b");
      first.close();
      assertThat(files.lines("log")).containsExactly("a", "b");
    }
  }

  @Test
  void aProcessThatIsKilledLosesNoLineThatItAppended() throws Exception {
    RunFiles files = files();
    List<String> expected = new ArrayList<>();
    for (int kill = 1; kill <= 2; kill++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  lineWriter().getName(),
                  folderForWriter())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      long appended = 0;
      try (BufferedReader said =
          new BufferedReader(
              new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
        while (appended < 60L * kill) {
          appended = Long.parseLong(said.readLine());
        }
      } finally {
        writer.destroyForcibly().waitFor();
      }
      List<String> lines = files.lines("log");
      assertThat(lines).hasSizeGreaterThanOrEqualTo((int) appended);
      expected.addAll(lines.subList(expected.size(), lines.size()));
      assertThat(lines).isEqualTo(expected);
    }
    for (int i = 0; i < expected.size(); i++) {
      assertThat(expected.get(i)).isEqualTo(EndlessLines.line(i + 1));
    }
    try (LineFile log = files.openLines("log")) {
      assertThat(log.lines()).isEqualTo(expected);
      log.append("next");
    }
    files.deleteAbandoned(Instant.MAX);
    expected.add("next");
    assertThat(read(files, "log")).isEqualTo(String.join("\n", expected) + "\n");
    assertThat(everything()).containsExactly("log");
  }

  /** Goes on with a file of lines, and says how many it has, until it is killed. */
  public static final class EndlessLines {
    private EndlessLines() {}

    public static void run(RunFiles files) {
      LineFile log = files.openLines("log");
      for (int n = log.lines().size() + 1; n > 0; n++) {
        log.append(line(n));
        System.out.println(n);
      }
    }

    static String line(int n) {
      return n + "-" + "x".repeat(n % 5 * 300);
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
