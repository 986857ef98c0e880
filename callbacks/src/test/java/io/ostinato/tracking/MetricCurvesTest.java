package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.plot.Curve;
import io.ostinato.plot.CurvePlot;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricCurvesTest {
  private static final List<MetricsRecord> FIRST =
      List.of(
          record(22, Map.of("accuracy/test", 0.8, "log_loss/test", 0.5)),
          record(33, Map.of("log_loss/test", 0.4)),
          record(44, Map.of("accuracy/test", 0.9, "log_loss/test", 0.3)));

  @Test
  void metricsOfRunsAreDrawnOverUpdatesWithTheBestOfEach() {
    Map<String, List<MetricsRecord>> runs = new LinkedHashMap<>();
    runs.put("second", List.of(record(22, Map.of("accuracy/test", 0.85))));
    runs.put("first", FIRST);
    CurvePlot plot = MetricCurves.of("accuracy/test", MetricProperties.defaults(), runs);
    assertThat(plot.title()).isEqualTo("accuracy/test");
    assertThat(plot.curves()).extracting(Curve::name).containsExactly("second", "first");
    Curve first = plot.curves().get(1);
    assertThat(first.x()).containsExactly(22, 44);
    assertThat(first.y()).containsExactly(0.8, 0.9);
    assertThat(plot.svg()).contains("first: best 0.9 at 44 updates");
  }

  @Test
  void theDirectionOfTheMetricDecidesWhatIsBest() {
    assertThat(best("log_loss/test", MetricProperties.defaults())).isEqualTo(Curve.Best.LOWEST);
    assertThat(best("log_loss/test", MetricProperties.defaults().higherIsBetter("log_loss/*")))
        .isEqualTo(Curve.Best.HIGHEST);
    assertThat(best("log_loss/test", MetricProperties.none())).isEqualTo(Curve.Best.NONE);
  }

  @Test
  void aMetricThatNoRunHasIsToldWithThoseThatThereAre() {
    assertThatThrownBy(() -> best("acuracy", MetricProperties.defaults()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no run has the metric 'acuracy'; known: ")
        .hasMessageContaining("accuracy/test");
  }

  private static Curve.Best best(String key, MetricProperties properties) {
    return MetricCurves.of(key, properties, Map.of("a", FIRST)).curves().get(0).best();
  }

  private static MetricsRecord record(int update, Map<String, Double> metrics) {
    return new MetricsRecord(
        TrainingIteration.parse("E1_U%s_S%s".formatted(update, update * 64)),
        Instant.EPOCH,
        metrics);
  }
}
