package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.DeviceUse;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.status.ModelReport;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** In sessions that know nothing of the plugin, as in notebooks. */
class TabWithoutPluginTest {
  @Test
  void theFirstEngineAddsTheTab() throws IOException, InterruptedException {
    try (SparkSession session = withUi(Map.of())) {
      String url = session.sparkContext().uiWebUrl().get();
      assertThat(Http.get(url + "/jobs/").body()).doesNotContain("/ostinato/");
      try (ShownEvaluations evaluations = new ShownEvaluations(session);
          SparkEvaluationEngine second = SparkEvaluationEngine.of(session)) {
        assertThat(second).isNotSameAs(evaluations.engine());
        assertThat(Http.get(url + "/jobs/").body()).containsOnlyOnce("\"/ostinato/\"");
        assertThat(Http.get(url + "/ostinato/").body()).contains("<title>Ostinato");
        assertThat(Http.get(url + "/metrics/json/").body())
            .contains(".driver.ostinato.status", ".driver.ostinato.refresh_bytes", "E1_U4_S3");
      }
    }
  }

  @Test
  void aSettingSwitchesTheTabOffButNotTheMetrics() throws IOException, InterruptedException {
    try (SparkSession session = withUi(Map.of("spark.ostinato.ui.enabled", "false"));
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(session)) {
      assertThat(engine.residents()).isEmpty();
      String url = session.sparkContext().uiWebUrl().get();
      assertThat(Http.get(url + "/jobs/").body()).doesNotContain("/ostinato/");
      assertThat(Http.get(url + "/ostinato/").body()).doesNotContain("<title>Ostinato");
      assertThat(Http.get(url + "/metrics/json/").body())
          .contains(".driver.ostinato.refresh_bytes")
          .doesNotContain(".driver.ostinato.status");
    }
  }

  @Test
  void executorsThatEndAreMarkedAlsoIfNoEngineIsOpen() {
    try (SparkSession session = withUi(Map.of())) {
      SparkEvaluationEngine.of(session).close();
      EvaluationBoard board = ProcessRegistry.ofThisProcess().board(session.sparkContext());
      board.reported(new ModelReport("m", "7", "cpu()", 1, 1, new DeviceUse(1, 1, 1, 100, 0, 100)));
      assertThat(board.residentBytes()).isEqualTo(100);
      session.sparkContext().listenerBus().post(new SparkListenerExecutorRemoved(0, "7", "idle"));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (board.residentBytes() > 0) {
        assertThat(System.nanoTime()).as("its end is known").isLessThan(deadline);
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(board.json()).contains("\"lost\":true");
    }
  }

  private static SparkSession withUi(Map<String, String> conf) {
    Map<String, String> all = new HashMap<>(conf);
    all.put("spark.ui.enabled", "true");
    all.put("spark.ui.port", "0");
    return TestSpark.local(all);
  }
}
