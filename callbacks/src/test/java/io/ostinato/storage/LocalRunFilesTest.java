package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
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
  }
}
