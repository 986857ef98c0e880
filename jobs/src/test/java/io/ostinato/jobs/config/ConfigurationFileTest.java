package io.ostinato.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {
  @TempDir Path folder;

  @Test
  void aFileOfAnySizeIsRefusedWithoutReadingAllOfIt() throws IOException {
    Path large = folder.resolve("run.yaml");
    try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
      file.setLength(5L << 30);
    }
    for (String name : List.of(large.toString(), large.toUri().toString())) {
      assertThatThrownBy(() -> ConfigurationFile.read(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'%s' is larger than 3 MiB, the maximum of a configuration; is it the right file?"
                  .formatted(name));
    }
    Files.write(large, "#".repeat(3 << 20).getBytes(StandardCharsets.UTF_8));
    assertThat(ConfigurationFile.read(large.toString())).hasSize(3 << 20);
  }

  @Test
  void whatIsNotTextIsRefused() throws IOException {
    Path file = folder.resolve("run.yaml");
    for (byte[] bytes :
        List.of(
            new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0},
            new byte[] {'a', (byte) 0xc3},
            new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})) {
      Files.write(file, bytes);
      assertThatThrownBy(() -> ConfigurationFile.read(file.toString()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("can't read '%s': it is not valid UTF-8 text".formatted(file));
    }
  }

  @Test
  void namesThatNoFileHasAreRefusedBriefly() {
    for (String name :
        List.of(
            "k".repeat(200_000),
            "a/" + "k".repeat(200_000),
            "a\0b",
            "hdfs://a b:x/" + "k".repeat(9_000),
            "file:///" + "k".repeat(200_000),
            "nosuch://x/run.yaml",
            "file:/\0",
            folder.toString(),
            "")) {
      assertThatThrownBy(() -> ConfigurationFile.read(name))
          .as(name.substring(0, Math.min(99, name.length())))
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(
              thrown ->
                  assertThat(thrown.getMessage())
                      .hasSizeLessThan(2_500)
                      .doesNotContain("\0", "\n"));
    }
  }
}
