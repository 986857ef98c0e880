package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.StorageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
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
    try (MetricsLog log = open(file)) {
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
    try (MetricsLog log = open(file)) {
      log.writerFor("a").addScalar("nan", Double.NaN);
      log.writerFor("a").addScalar("up", Double.POSITIVE_INFINITY);
      log.flush(HERE);
    }
    assertThat(Files.readString(file)).contains("{\"nan\":\"NaN\",\"up\":\"Infinity\"}");
  }

  @Test
  void aKeyWrittenTwiceNamesBothWriters() {
    try (MetricsLog log = open(folder.resolve("metrics.jsonl"))) {
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
    try (MetricsLog log = open(file)) {
      log.writerFor("a").addScalar("x", 1);
      log.flush(HERE);
    }
    assertThat(Files.readAllLines(file)).hasSize(2).first().asString().isEqualTo("{\"whole\":1}");
  }

  @Test
  void aFileThatCantBeWrittenIsNamed() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> open(notAFolder.resolve("metrics.jsonl")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't write '")
        .hasMessageContaining("metrics.jsonl");
  }

  @Test
  void recordsAreReadBackAsTheyWereWritten() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    assertThat(MetricsFile.read(file)).as("no file, no records").isEmpty();
    List<MetricsRecord> written = new ArrayList<>();
    try (MetricsLog log = open(file)) {
      for (int update = 1; update <= 3; update++) {
        log.writerFor("a").addScalar("third", update / 3.0);
        log.writerFor("a").addScalar("nan", Double.NaN);
        log.writerFor("a").addScalar("down", Double.NEGATIVE_INFINITY);
        log.flush(new TrainingIteration(0, update, update)).ifPresent(written::add);
      }
      assertThat(log.flush(HERE)).isEmpty();
    }
    assertThat(written).hasSize(3);
    assertThat(MetricsFile.read(file)).isEqualTo(written);
    Files.writeString(file, "{\"iteration\":\"E9_U", StandardOpenOption.APPEND);
    assertThat(MetricsFile.read(file)).as("the unfinished line is passed over").isEqualTo(written);
    Files.writeString(file, "nonsense\n", StandardOpenOption.APPEND);
    assertThatThrownBy(() -> MetricsFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 4 of '")
        .hasMessageContaining("is no record of metrics");
  }

  @Test
  void aDamagedLineIsShownInPart() throws IOException {
    Path file = folder.resolve("metrics.jsonl");
    for (String damaged : List.of("x".repeat(300_000), "{\"iteration\":" + "[".repeat(300_000))) {
      Files.writeString(file, damaged + "\n");
      assertThatThrownBy(() -> MetricsFile.read(file))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .contains(damaged.substring(0, 200) + "… (")
          .hasSizeLessThan(1_000);
    }
  }

  @Test
  void laterRecordsArePutAsideAndNeverOverEarlierOnes() {
    Path file = folder.resolve("metrics.jsonl");
    write(file, 1, 5);
    assertThat(keepUpTo(file, at(9))).isZero();
    assertThat(keepUpTo(file, at(3))).isEqualTo(2);
    assertThat(updates(file)).containsExactly(1L, 2L, 3L);
    assertThat(updates(folder.resolve("metrics.superseded-1.jsonl"))).containsExactly(4L, 5L);
    write(file, 4, 6);
    assertThat(keepUpTo(file, at(0))).isEqualTo(6);
    assertThat(updates(file)).isEmpty();
    assertThat(updates(folder.resolve("metrics.superseded-1.jsonl"))).containsExactly(4L, 5L);
    assertThat(updates(folder.resolve("metrics.superseded-2.jsonl")))
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void aProcessThatIsKilledLosesNoRecordThatItFlushed() throws Exception {
    Path file = folder.resolve("metrics.jsonl");
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EndlessLog.class.getName(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    long flushed = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
      while (flushed < 500) {
        flushed = Long.parseLong(lines.readLine());
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    assertThat(updates(file)).hasSizeGreaterThanOrEqualTo((int) flushed);
    assertThat(updates(file).subList(0, (int) flushed))
        .isEqualTo(LongStream.rangeClosed(1, flushed).boxed().toList());
  }

  /** Flushes records, and says so, until it is killed. */
  public static final class EndlessLog {
    public static void main(String[] args) {
      try (MetricsLog log = open(Path.of(args[0]))) {
        for (long update = 1; update > 0; update++) {
          log.writerFor("a").addScalar("x", update);
          log.flush(at(update));
          System.out.println(update);
        }
      }
    }
  }

  private static MetricsLog open(Path file) {
    return MetricsLog.open(LocalRunFiles.in(file.resolveSibling("")), NOON);
  }

  private static int keepUpTo(Path file, TrainingIteration last) {
    try (MetricsLog log = open(file)) {
      return log.keepUpTo(last);
    }
  }

  private static void write(Path file, long from, long to) {
    try (MetricsLog log = open(file)) {
      for (long update = from; update <= to; update++) {
        log.writerFor("a").addScalar("x", update);
        log.flush(at(update));
      }
    }
  }

  private static TrainingIteration at(long update) {
    return new TrainingIteration(0, update, update);
  }

  private static List<Long> updates(Path file) {
    return MetricsFile.read(file).stream().map(record -> record.iteration().update()).toList();
  }
}
