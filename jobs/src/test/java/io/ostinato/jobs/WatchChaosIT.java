package io.ostinato.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.ostinato.chaos.ChaosRun;
import io.ostinato.chaos.Differences;
import io.ostinato.spark.TestSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watch that is killed with SIGKILL whenever its files change, and started again: its lines are
 * those of a watch that was not disturbed. {@code -Dostinato.chaos.watches} is the number of kills.
 */
@Tag("chaos")
class WatchChaosIT {
  private static final int KILLS = Integer.getInteger("ostinato.chaos.watches", 3);
  private static final int MOST_CHECKPOINTS = 4;
  private static final int MOST_CHANGES = 15;
  private static final String LETTERS = "abc";

  @TempDir Path folder;
  private final Random random = new Random(ChaosRun.SEED);

  @Test
  void aWatchThatIsKilledAndStartedAgainHasTheLinesOfOneThatWasNot() throws Exception {
    long start = System.nanoTime();
    try (SparkSession spark = TestSpark.local(Map.of())) {
      TorchFixtures.writeImages(spark, folder.resolve("images.parquet"));
    }
    Path disturbed = folder.resolve("disturbed/run");
    Path undisturbed = folder.resolve("undisturbed/run");
    Files.createDirectories(folder.resolve("net"));
    int written = 0;
    for (int kills = 0; kills < KILLS; kills++) {
      written = write(written, 1 + random.nextInt(MOST_CHECKPOINTS));
      int all = written;
      boolean killed =
          start("disturbed")
              .killAfter(1 + random.nextInt(MOST_CHANGES), () -> lines(disturbed).size() == all);
      assertThat(killed).as("the watch was killed").isTrue();
    }
    start("disturbed", "--once").awaitSuccess();
    watchHere("undisturbed", "--once");
    Differences differences =
        Differences.between(lines(undisturbed), lines(disturbed), WatchChaosIT::checkpoint)
            .plus(
                Differences.between(
                    List.of(summary(undisturbed)), List.of(summary(disturbed)), text -> "summary"));
    ChaosRun.add(
        new ChaosRun.Row(
            "watches killed, and started again",
            KILLS,
            written,
            differences,
            System.getProperty("ostinato.tests.spark"),
            Duration.ofNanos(System.nanoTime() - start)));
    assertThat(differences).as("seed %s", ChaosRun.SEED).isEqualTo(Differences.NONE);
    assertThat(WatchLines.names(lines(disturbed), "evaluated")).hasSize(written);
  }

  private int write(int written, int more) {
    for (int n = written + 1; n <= written + more; n++) {
      int letter = random.nextInt(LETTERS.length());
      WatchLines.write(folder.resolve("net"), n, LETTERS.substring(letter, letter + 1));
    }
    return written + more;
  }

  private KilledProcess start(String output, String... more) throws IOException {
    return KilledProcess.start(
        options(output, more), folder.resolve("log"), folder.resolve(output));
  }

  private void watchHere(String output, String... more) {
    StringWriter err = new StringWriter();
    assertThat(
            Main.run(
                new PrintWriter(new StringWriter(), true),
                new PrintWriter(err, true),
                options(output, more).toArray(String[]::new)))
        .as(err.toString())
        .isZero();
  }

  private List<String> options(String output, String... more) {
    return WatchLines.options(
        folder.resolve("images.parquet"),
        folder.resolve("net").toString(),
        folder.resolve(output).toString(),
        more);
  }

  private static String checkpoint(JsonObject line) {
    return line.getAsJsonObject("checkpoint").get("name").getAsString();
  }

  /** The lines without their times. */
  private static List<JsonObject> lines(Path run) {
    List<JsonObject> lines = WatchLines.of(run.resolve("metrics.jsonl"));
    for (JsonObject line : lines) {
      line.remove("time");
      line.remove("seconds");
    }
    return lines;
  }

  private static String summary(Path run) throws IOException {
    return Files.readString(run.resolve("summary.json"));
  }
}
