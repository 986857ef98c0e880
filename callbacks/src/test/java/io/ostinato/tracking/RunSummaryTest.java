package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSummaryTest {
  @TempDir Path folder;

  @Test
  void theLastAndTheBestOfEachMetricAreKept() {
    RunSummary summary =
        RunSummary.of(
            MetricProperties.defaults(),
            List.of(
                record(1, Map.of("accuracy/test", Double.NaN, "loss/test", 0.5)),
                record(2, Map.of("accuracy/test", 0.8, "loss/test", 0.5, "zeta", 1.0)),
                record(3, Map.of("accuracy/test", 0.8, "optim/lr/all", 0.1))));
    summary.add(record(4, Map.of("accuracy/test", Double.NaN, "loss/test", 0.7)));
    assertThat(summary.last().get("accuracy/test"))
        .hasToString("Value[value=NaN, iteration=E4_U4_S4]");
    assertThat(summary.best().get("accuracy/test"))
        .as("of equal values the first")
        .hasToString("Value[value=0.8, iteration=E2_U2_S2]");
    assertThat(summary.best().get("loss/test")).hasToString("Value[value=0.5, iteration=E1_U1_S1]");
    assertThat(summary.best()).containsOnlyKeys("accuracy/test", "loss/test");
    assertThat(summary.last())
        .containsOnlyKeys("accuracy/test", "loss/test", "zeta", "optim/lr/all");
  }

  @Test
  void theLastIsThatOfTheLastRecordWhereIterationsCantBeCompared() {
    List<MetricsRecord> records =
        List.of(record(4, Map.of("accuracy/test", 0.8)), record(3, Map.of("accuracy/test", 0.7)));
    MetricProperties properties = MetricProperties.defaults();
    assertThat(RunSummary.inOrder(properties, records).last().get("accuracy/test"))
        .hasToString("Value[value=0.7, iteration=E3_U3_S3]");
    assertThat(RunSummary.of(properties, records).last().get("accuracy/test"))
        .hasToString("Value[value=0.8, iteration=E4_U4_S4]");
  }

  @Test
  void theFileHasBoth() throws IOException {
    RunSummary summary =
        RunSummary.of(
            MetricProperties.defaults(),
            List.of(
                record(1, Map.of("accuracy/test", 0.75)),
                record(2, Map.of("accuracy/test", Double.NaN, "zeta", 1.0))));
    Path file = folder.resolve("summary.json");
    summary.write(LocalRunFiles.in(folder));
    summary.write(LocalRunFiles.in(folder));
    JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    assertThat(json.getAsJsonObject("accuracy/test"))
        .hasToString(
            "{\"last\":{\"value\":\"NaN\",\"iteration\":\"E2_U2_S2\"},"
                + "\"best\":{\"value\":0.75,\"iteration\":\"E1_U1_S1\"}}");
    assertThat(json.getAsJsonObject("zeta").keySet()).containsExactly("last");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
    assertThatThrownBy(() -> summary.write(LocalRunFiles.in(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't write '")
        .hasMessageContaining("summary.json/summary.json");
  }

  private static MetricsRecord record(int at, Map<String, Double> metrics) {
    return new MetricsRecord(new TrainingIteration(at, at, at), Instant.EPOCH, metrics);
  }
}
