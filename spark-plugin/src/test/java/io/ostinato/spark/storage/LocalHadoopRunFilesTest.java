package io.ostinato.spark.storage;

import io.ostinato.storage.RunFiles;
import io.ostinato.storage.RunFilesContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** Hadoop's file system of this machine, which keeps checksums and so can't append. */
class LocalHadoopRunFilesTest extends RunFilesContract {
  @TempDir Path disk;

  @Override
  protected RunFiles files() {
    return HadoopRunFiles.in(folderForWriter(), TestStore.configuration());
  }

  @Override
  protected List<String> everything() throws IOException {
    try (Stream<Path> files = Files.list(disk.resolve("run"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.endsWith(".crc"))
          .toList();
    }
  }

  @Override
  protected List<String> besideOpenLines() {
    return List.of("log", "log.lines");
  }

  @Override
  protected Class<?> lineWriter() {
    return HadoopLines.class;
  }

  @Override
  protected String folderForWriter() {
    return "file:" + disk.resolve("run");
  }
}
