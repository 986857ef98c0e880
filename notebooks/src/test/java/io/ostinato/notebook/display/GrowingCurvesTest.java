package io.ostinato.notebook.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.plot.Plot;
import io.ostinato.progress.HandClock;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingCurvesTest {
  private static final String LINE =
      "{\"iteration\":\"E1_U1_S1\",\"epoch\":1,\"update\":1,\"sample\":1,"
          + "\"time\":\"2026-11-29T12:00:00Z\",\"metrics\":{\"accuracy/test\":0.5}}\n";

  private final List<String> shown = new ArrayList<>();
  private final HandClock clock = new HandClock();

  @TempDir Path folder;

  private GrowingCurves curves(String... keys) {
    LiveOutput<Plot> output =
        new LiveOutput<>() {
          private int outputs;

          @Override
          public String show(Plot plot) {
            shown.add("new: " + text(plot));
            return "output " + ++outputs;
          }

          @Override
          public void update(String id, Plot plot) {
            shown.add(id + ": " + text(plot));
          }
        };
    return new GrowingCurves(List.of(keys), MetricProperties.defaults(), output, clock);
  }

  private static String text(Plot plot) {
    return plot.title() + ", " + plot.description();
  }

  private RunInfo run() {
    return new RunInfo("a", folder, Map.of());
  }

  private static MetricsRecord record(int update, Map<String, Double> metrics) {
    return new MetricsRecord(new TrainingIteration(1, update, update), Instant.EPOCH, metrics);
  }

  @Test
  void theyGrowAtMostTwiceASecondAndAreCompleteAtTheEnd() {
    GrowingCurves curves = curves("accuracy/test");
    curves.start(run());
    clock.pass(Duration.ofMillis(500));
    curves.log(record(1, Map.of("accuracy/test", 0.5)));
    curves.log(record(2, Map.of("accuracy/test", 0.75)));
    clock.pass(Duration.ofMillis(499));
    curves.log(record(3, Map.of("accuracy/test", 0.25)));
    curves.close();
    assertThat(shown)
        .containsExactly(
            "new: accuracy/test, ",
            "output 1: accuracy/test, a: best 0.5 at 1 updates",
            "output 1: accuracy/test, a: best 0.75 at 2 updates");
  }

  @Test
  void whatIsCompleteIsNotDrawnAgain() {
    GrowingCurves curves = curves("loss/a");
    curves.start(run());
    clock.pass(Duration.ofSeconds(1));
    curves.log(record(1, Map.of("loss/a", 0.5)));
    curves.close();
    assertThat(shown)
        .containsExactly("new: loss/a, ", "output 1: loss/a, a: best 0.5 at 1 updates");
  }

  @Test
  void eachMetricHasItsOutput() {
    GrowingCurves curves = curves("accuracy/test", "loss/test");
    curves.start(run());
    curves.log(record(1, Map.of("accuracy/test", 0.5, "loss/test", 2.0)));
    curves.close();
    assertThat(shown)
        .containsExactly(
            "new: accuracy/test, ",
            "new: loss/test, ",
            "output 1: accuracy/test, a: best 0.5 at 1 updates",
            "output 2: loss/test, a: best 2 at 1 updates");
  }

  @Test
  void aMetricThatIsMissingIsReported() {
    GrowingCurves curves = curves("acuracy/test");
    curves.start(run());
    curves.log(record(1, Map.of("accuracy/test", 0.5, "loss/test", 2.0)));
    curves.close();
    assertThat(shown)
        .last()
        .isEqualTo("output 1: no metric 'acuracy/test' yet; there are: accuracy/test, loss/test, ");
  }

  @Test
  void aRunThatIsResumedBeginsWithItsEarlierValues() throws Exception {
    Files.writeString(folder.resolve("metrics.jsonl"), LINE);
    GrowingCurves curves = curves("accuracy/test");
    curves.start(run());
    curves.log(record(2, Map.of("accuracy/test", 0.25)));
    curves.close();
    assertThat(shown)
        .containsExactly(
            "new: accuracy/test, a: best 0.5 at 1 updates",
            "output 1: accuracy/test, a: best 0.5 at 1 updates");
  }

  @Test
  void anotherRunHasOutputsOfItsOwn() {
    GrowingCurves curves = curves("accuracy/test");
    curves.start(run());
    curves.close();
    curves.start(run());
    curves.close();
    assertThat(shown).containsExactly("new: accuracy/test, ", "new: accuracy/test, ");
  }

  @Test
  void noMetricIsAnError() {
    assertThatThrownBy(this::curves)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no metric to show; give the key of at least one, such as accuracy/test");
  }
}
