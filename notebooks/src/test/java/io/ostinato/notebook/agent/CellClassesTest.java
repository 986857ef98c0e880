package io.ostinato.notebook.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellClassesTest {
  @TempDir Path folder;

  @Test
  void onlyClassesOfCellsAreWritten() throws IOException {
    TestCellClasses.write(folder, "java.lang.Thing", new byte[] {1});
    TestCellClasses.write(folder, "REPLICA.Thing", new byte[] {2});
    TestCellClasses.write(folder, "REPL.$JShell$1", new byte[] {3});
    TestCellClasses.write(folder, "REPL.$JShell$1$Inner", new byte[] {4});
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()))
          .containsExactlyInAnyOrder("REPL/$JShell$1.class", "REPL/$JShell$1$Inner.class");
    }
  }

  @Test
  void aClassIsReplacedIfItIsDefinedAgain() throws IOException {
    TestCellClasses.write(folder, "REPL.$JShell$1", new byte[] {1, 2, 3});
    TestCellClasses.write(folder, "REPL.$JShell$1", new byte[] {4});
    assertThat(Files.readAllBytes(folder.resolve("REPL/$JShell$1.class"))).containsExactly(4);
  }
}
