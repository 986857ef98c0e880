package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRunFilesTest extends RunFilesContract {
  @TempDir Path folder;

  @Override
  protected RunFiles files() {
    return LocalRunFiles.in(folder.resolve("run"));
  }

  @Override
  protected List<String> everything() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("run"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Override
  protected Class<?> lineWriter() {
    return Writer.class;
  }

  @Override
  protected String folderForWriter() {
    return folder.resolve("run").toString();
  }

  /** A process that appends lines. */
  public static final class Writer {
    public static void main(String[] args) {
      EndlessLines.run(LocalRunFiles.in(Path.of(args[0])));
    }
  }

  @Test
  void aFolderThatCantBeMadeIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertThatThrownBy(() -> write(LocalRunFiles.in(file.resolve("run")), "a", "x"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't write")
        .hasMessageContaining(file.toString());
    assertThatThrownBy(() -> LocalRunFiles.in(file.resolve("run")).checkWritable())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't write")
        .hasMessageContaining(file.toString());
  }

  /**
   * The lock of the operating system belongs to a process, and goes when the process closes any
   * channel of the file.
   */
  @Test
  void whatElseThisProcessDoesWithALineFileKeepsOtherProcessesOut() throws Exception {
    Path alias = Files.createSymbolicLink(folder.resolve("alias"), folder.resolve("run"));
    try (LineFile log = files().openLines("log")) {
      log.append("a");
      assertThatThrownBy(() -> LocalRunFiles.in(alias).openLines("log"))
          .isInstanceOf(TakenOverException.class)
          .hasMessageContaining("this process is writing '" + alias.resolve("log") + "' already");
      assertThat(files().lines("log")).containsExactly("a");
      assertThat(LocalRunFiles.in(alias).text("log")).isEqualTo("a\n");
      assertThat(files().writerOf("log")).isEqualTo(RunFiles.LineWriter.SOME);
      assertThat(openedByAnotherProcess()).contains("another process is writing");
      log.append("b");
    }
    assertThat(files().lines("log")).containsExactly("a", "b");
    assertThat(files().writerOf("log")).isEqualTo(RunFiles.LineWriter.NONE);
    files().openLines("log").close();
  }

  private String openedByAnotherProcess() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                folderForWriter())
            .redirectErrorStream(true)
            .start();
    try (InputStream said = other.getInputStream()) {
      return new String(said.readNBytes(4000), StandardCharsets.UTF_8);
    } finally {
      other.destroyForcibly().waitFor();
    }
  }
}
