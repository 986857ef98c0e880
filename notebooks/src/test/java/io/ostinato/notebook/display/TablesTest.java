package io.ostinato.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.evaluation.SkippedRows;
import io.ostinato.jobs.scoring.EvaluationReport;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunSummary;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablesTest {
  private static MetricsRecord record(int update, Map<String, Double> metrics) {
    return new MetricsRecord(new TrainingIteration(1, update, update), Instant.EPOCH, metrics);
  }

  @Test
  void recordsShowAllMetricsThatAnyOfThemHas() {
    assertThat(
            Tables.of(
                    List.of(
                        record(1, Map.of("loss", 1234567.125)),
                        record(2, Map.of("accuracy", 0.123456789)),
                        record(3, Map.of("loss", Double.NaN))))
                .rows())
        .containsExactly(
            List.of("E1_U1_S1", "1234567", ""),
            List.of("E1_U2_S2", "", "0.1235"),
            List.of("E1_U3_S3", "NaN", ""));
  }

  @Test
  void aSummaryShowsLastAndBest() {
    RunSummary summary =
        RunSummary.of(
            MetricProperties.defaults(),
            List.of(record(1, Map.of("loss/a", 0.5)), record(2, Map.of("loss/a", 3.0))));
    assertThat(Tables.of(summary).rows())
        .containsExactly(List.of("loss/a", "3", "E1_U2_S2", "0.5", "E1_U1_S1"));
    assertThat(Tables.of(summary, "accuracy/*", "loss/*").rows()).hasSize(1);
    assertThat(Tables.of(summary, "accuracy/*").rows()).isEmpty();
  }

  @Test
  void runsAreComparedByTheirBestValues() {
    Map<String, List<MetricsRecord>> runs = new LinkedHashMap<>();
    runs.put("a", List.of(record(1, Map.of("loss/x", 0.5)), record(2, Map.of("loss/x", 0.25))));
    runs.put("b", List.of(record(3, Map.of("loss/x", 0.25, "accuracy", 0.75, "lr", 1.0))));
    runs.put("c", List.of(record(4, Map.of("loss/x", Double.NaN, "accuracy", 0.5))));
    DisplayTable table = Tables.compare(runs, MetricProperties.defaults());
    assertThat(table.columns()).containsExactly("metric", "a", "b", "c", "best");
    assertThat(table.rows())
        .containsExactly(
            List.of("loss/x", "0.25 at E1_U2_S2", "0.25 at E1_U3_S3", "", "a, b"),
            List.of("accuracy", "", "0.75 at E1_U3_S3", "0.5 at E1_U4_S4", "b"));
    assertThat(Tables.compare(runs, MetricProperties.defaults(), "accuracy").rows()).hasSize(1);
    assertThat(Tables.compare(Map.of(), MetricProperties.defaults()).rows()).isEmpty();
  }

  @Test
  void anEvaluationShowsItsModelAndRows() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("accuracy", 0.75);
    DisplayTable table =
        Tables.of(
            new EvaluationReport("<E5>.pt", 1797, SkippedRows.NONE, metrics, 1.25, List.of()));
    assertThat(table.caption()).isEqualTo("<E5>.pt: 1,797 rows in 1.3 s");
    assertThat(table.rows()).containsExactly(List.of("accuracy", "0.75"));
  }
}
