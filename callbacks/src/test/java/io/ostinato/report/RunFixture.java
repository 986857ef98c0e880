package io.ostinato.report;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.MetricsFile;
import io.ostinato.tracking.MetricsRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** Folders of runs for tests of their reports. */
final class RunFixture {
  static final Clock NOON = Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

  /** Means "accuracy" and is written from right to left. */
  static final String RIGHT_TO_LEFT = "دقة";

  static final String MARKUP = "<script>alert(1)</script>";

  private RunFixture() {}

  /** Writes records of updates from 1, ten of which are an epoch. */
  static RunFiles records(Path folder, int records, IntFunction<Map<String, Double>> metrics) {
    RunFiles files = LocalRunFiles.in(folder);
    StringBuilder lines = new StringBuilder();
    for (int update = 1; update <= records; update++) {
      TrainingIteration at = new TrainingIteration(update / 10, update, update * 16L);
      MetricsRecord record = new MetricsRecord(at, NOON.instant(), metrics.apply(update));
      lines.append(MetricsFile.toJson(record)).append('\n');
    }
    files.write(
        MetricsFile.NAME, out -> out.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
    return files;
  }

  static void evaluation(Path folder, String callback, int update, int attempts)
      throws IOException {
    line(
        folder,
        """
        {"iteration":"E0_U%s_S%s","callback":"%s","dataset":"test","time":"2026-11-23T12:00:01Z",\
        "outcome":"ok","rows":1234567,"milliseconds":{"total":93.1,"prepare":10.0,"send":1.2,\
        "job":78.0,"refresh":3.9,"read":2.1,"forward":160.4,"collect":3.9,"process":0.4},\
        "tasks":2,"attempts":%s,"stage_attempts":1,\
        "executors":{"1 (worker-a)":1,"2 (worker-b)":1},\
        "certificate":{"rows_expected":1234567,"rows_evaluated":1234567,"rows_skipped":3,\
        "order_digest":"8f","manifest":"cd","partitions":2,"fingerprints":[]}}
        """
            .formatted(update, update * 16, callback, attempts));
  }

  static void failure(Path folder, String callback, int update, String reason) throws IOException {
    line(
        folder,
        """
        {"iteration":"E0_U%s_S%s","callback":"%s","dataset":"test","time":"2026-11-23T12:00:02Z",\
        "outcome":"failed","reason":"%s"}
        """
            .formatted(update, update * 16, callback, reason));
  }

  private static void line(Path folder, String line) throws IOException {
    Path file = folder.resolve("evaluations.jsonl");
    String before = Files.exists(file) ? Files.readString(file) : "";
    Files.writeString(file, before + line, StandardCharsets.UTF_8);
  }

  static RunFacts facts() {
    return new RunFacts(
        "training",
        NOON.instant(),
        List.of(),
        Optional.empty(),
        Map.of("model", "com.example.Net"),
        Map.of("Java", "17"),
        Map.of("seed", "1"),
        Map.of(),
        "");
  }

  /** Makes the page of a run as the command does. */
  static Path page(Path folder) {
    RunFiles files = LocalRunFiles.in(folder);
    new ReportPage()
        .add(files, files.folder("checkpoints"))
        .write(files, ReportPage.NAME, NOON.instant());
    return folder.resolve(ReportPage.NAME);
  }
}
