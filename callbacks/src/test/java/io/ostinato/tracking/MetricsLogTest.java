package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.schedule.TrainingIteration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);
  private static final TrainingIteration HERE = new TrainingIteration(1, 23, 1472);

  @TempDir Path folder;

  @Test
  void oneMomentIsOneLineAndIsThereAtOnce() throws IOException {
    Path file = folder.resolve("run/metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(file, NOON)) {
      log.writerFor("accuracy").addScalar("accuracy/test", 0.93);
      log.writerFor("loss").addScalar("loss/test", 0.25);
      assertThat(log.pending()).containsEntry("accuracy/test", 0.93).hasSize(2);
      log.flush(HERE);
      assertThat(log.pending()).isEmpty();
      log.flush(HERE);
      assertThat(Files.readString(file))
          .as("before the log is closed; a moment without metrics leaves no line")
          .isEqualTo(
              """
              {"iteration":"E1_U23_S1472","epoch":1,"update":23,"sample":1472,\
              "time":"2026-11-23T12:00:00Z","metrics":{"accuracy/test":0.93,"loss/test":0.25}}
              """);
    }
  }

  @Test
  void numbersThatJsonLacksAreStrings() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    try (MetricsLog log = MetricsLog.open(file, NOON)) {
      log.writerFor("a").addScalar("nan", Double.NaN);
      log.writerFor("a").addScalar("up", Double.POSITIVE_INFINITY);
      log.flush(HERE);
    }
    assertThat(Files.readString(file)).contains("{\"nan\":\"NaN\",\"up\":\"Infinity\"}");
  }

  @Test
  void aKeyWrittenTwiceNamesBothWriters() {
    try (MetricsLog log = MetricsLog.open(folder.resolve("metrics.jsonl"), NOON)) {
      log.writerFor("first").addScalar("loss/test", 1);
      LogWriter second = log.writerFor("second");
      assertThatThrownBy(() -> second.addScalar("loss/test", 2))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'first' and 'second' both write the metric 'loss/test'");
      assertThat(log.pending()).containsEntry("loss/test", 1.0);
      log.flush(HERE);
      second.addScalar("loss/test", 2);
    }
  }

  @Test
  void aLineThatACrashLeftUnfinishedIsCutOff() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    Files.writeString(file, "{\"whole\":1}\n{\"hal");
    try (MetricsLog log = MetricsLog.open(file, NOON)) {
      log.writerFor("a").addScalar("x", 1);
      log.flush(HERE);
    }
    assertThat(Files.readAllLines(file)).hasSize(2).first().asString().isEqualTo("{\"whole\":1}");
  }

  @Test
  void aFileThatCantBeWrittenIsNamed() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> MetricsLog.open(notAFolder.resolve("metrics.jsonl"), NOON))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("can't write the metrics to")
        .hasMessageContaining("metrics.jsonl");
  }
}
