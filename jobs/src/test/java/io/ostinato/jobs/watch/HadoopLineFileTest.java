package io.ostinato.jobs.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopLineFileTest {
  private static final String TORN = "{\"half";

  @TempDir Path folder;

  @Test
  void linesAreReadBackWithoutAnUnfinishedOne() throws IOException {
    assertGrows("file:" + folder.resolve("metrics.jsonl"));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .allMatch(name -> name.endsWith("metrics.jsonl") || name.endsWith(".crc"));
    }
  }

  @Test
  void onAnObjectStoreNothingIsRenamed() throws IOException {
    assertGrows("s3a://bucket" + folder.resolve("metrics.jsonl"));
    assertThat(folder.resolve("metrics.jsonl")).hasContent("a\nb\nc\n");
    assertThat(HadoopLineFile.isObjectStore("hdfs")).isFalse();
  }

  @Test
  void aLineThatAnotherProcessWroteIsNotOverwritten() {
    org.apache.hadoop.fs.Path file = path("file:" + folder.resolve("metrics.jsonl"));
    LineFile first = HadoopLineFile.open(file, configuration());
    LineFile second = HadoopLineFile.open(file, configuration());
    second.append("a");
    assertThatThrownBy(() -> first.append("b"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("another process is writing")
        .hasMessageContaining("--run-id");
    assertThat(HadoopLineFile.open(file, configuration()).lines()).containsExactly("a");
  }

  private void assertGrows(String name) throws IOException {
    org.apache.hadoop.fs.Path file = path(name);
    Files.writeString(folder.resolve("metrics.jsonl"), "a\n" + TORN);
    LineFile lines = HadoopLineFile.open(file, configuration());
    assertThat(lines.lines()).containsExactly("a");
    lines.append("b");
    lines.append("c");
    assertThat(HadoopLineFile.open(file, configuration()).lines()).containsExactly("a", "b", "c");
  }

  private static org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(name);
  }

  private static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.set("fs.s3a.impl", ObjectStore.class.getName());
    configuration.set("fs.s3a.impl.disable.cache", "true");
    return configuration;
  }

  /** Has objects, which can't be renamed. */
  public static final class ObjectStore extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("s3a://bucket");
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path from, org.apache.hadoop.fs.Path to) {
      throw new UnsupportedOperationException("renames " + from);
    }
  }
}
