package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.Certificate;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.EvaluationTimings;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationsLogTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  @Test
  void oneEvaluationIsOneLineWithItsCertificate() throws IOException {
    try (EvaluationsLog log = open()) {
      log.flush();
      assertThat(file()).as("without an evaluation").doesNotExist();
      log.add(evaluated(3, 2));
      log.add(
          EvaluationRecord.failed(tag(3), EvaluationException.of(tag(3), "row 7 is bad; drop it")));
      log.flush();
      log.flush();
      assertThat(Files.readString(file()))
          .isEqualTo(
              """
              {"iteration":"E0_U3_S30","callback":"accuracy","dataset":"test",\
              "time":"2026-11-23T12:00:00Z","outcome":"ok","rows":20,\
              "milliseconds":{"total":9.0,"prepare":0.0,"send":0.5,"job":7.25,"refresh":1.0,\
              "read":2.0,"forward":3.0,"collect":4.0,"process":5.001},\
              "tasks":4,"attempts":6,"stage_attempts":1,"executors":{"1 (a)":1,"2 (b)":3},\
              "certificate":{"rows_expected":20,"rows_evaluated":20,"rows_skipped":0,\
              "order_digest":"0123456789abcdef","manifest":"hash","partitions":2,"fingerprints":[\
              {"partition":0,"first_row":0,"rows":10,"fingerprint":"f0"},\
              {"partition":1,"first_row":10,"rows":10,"fingerprint":"f1"}]}}
              {"iteration":"E0_U3_S30","callback":"accuracy","dataset":"test",\
              "time":"2026-11-23T12:00:00Z","outcome":"failed","reason":"row 7 is bad; drop it"}
              """);
    }
  }

  @Test
  void manyPartitionsAreCountedOnly() throws IOException {
    try (EvaluationsLog log = open()) {
      log.add(evaluated(3, 100));
      log.add(evaluated(3, 101));
      log.flush();
    }
    assertThat(Files.readAllLines(file()).get(0)).contains("\"fingerprint\":\"f99\"");
    assertThat(Files.readAllLines(file()).get(1))
        .contains("\"order_digest\":\"0123456789abcdef\"")
        .endsWith("\"partitions\":101}}");
  }

  @Test
  void linesThatARunWritesAgainAreMovedAside() throws IOException {
    try (EvaluationsLog log = open()) {
      IntStream.rangeClosed(1, 4).forEach(update -> log.add(evaluated(update, 1)));
      log.flush();
    }
    List<String> before = Files.readAllLines(file());
    Files.writeString(file(), "no JSON\n", StandardOpenOption.APPEND);
    try (EvaluationsLog log = open()) {
      log.keepUpTo(new TrainingIteration(0, 2, 20));
      assertThat(Files.readAllLines(file())).isEqualTo(before.subList(0, 2));
      log.add(evaluated(3, 1));
      log.flush();
    }
    assertThat(Files.readAllLines(file())).isEqualTo(before.subList(0, 3));
    assertThat(Files.readAllLines(folder.resolve("evaluations.superseded-1.jsonl")))
        .containsExactly(before.get(2), before.get(3), "no JSON");
    try (EvaluationsLog log = open()) {
      log.keepUpTo(new TrainingIteration(0, 3, 30));
      log.keep(key -> false);
    }
    assertThat(file()).isEmptyFile();
    assertThat(Files.readAllLines(folder.resolve("evaluations.superseded-2.jsonl"))).hasSize(3);
  }

  @Test
  void aRunWithoutTheFileHasNothingToKeep() {
    try (EvaluationsLog log = open()) {
      log.keepUpTo(new TrainingIteration(0, 2, 20));
    }
    assertThat(folder).isEmptyDirectory();
  }

  private EvaluationsLog open() {
    return EvaluationsLog.of(LocalRunFiles.in(folder), NOON);
  }

  private Path file() {
    return folder.resolve("evaluations.jsonl");
  }

  private static EvaluationTag tag(int update) {
    return new EvaluationTag("accuracy", new TrainingIteration(0, update, update * 10L), "test");
  }

  private static EvaluationRecord evaluated(int update, int partitions) {
    TreeMap<String, Integer> executors = new TreeMap<>();
    executors.put("2 (b)", 3);
    executors.put("1 (a)", 1);
    return new EvaluationRecord.Evaluated(
        tag(update),
        new EvaluationTimings(
            Duration.ofMillis(9),
            Duration.ZERO,
            Duration.ofNanos(500_000),
            Duration.ofNanos(7_250_000),
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            Duration.ofMillis(3),
            Duration.ofMillis(4),
            Duration.ofNanos(5_000_800)),
        new Certificate(
            20,
            20,
            0,
            "0123456789abcdef",
            "hash",
            IntStream.range(0, partitions)
                .mapToObj(i -> new Certificate.Partition(i, i * 10L, 10, "f" + i))
                .toList(),
            new Attempts(4, 6, 1, executors)));
  }
}
