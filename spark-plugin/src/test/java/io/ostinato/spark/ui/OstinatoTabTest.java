package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tab in the web UI of a real Spark, in a real browser if there is one. */
class OstinatoTabTest {
  @TempDir private static Path folder;

  private static SparkSession session;
  private static ShownEvaluations evaluations;
  private static String url = "";

  static Map<String, String> withUi(Map<String, String> more) {
    Map<String, String> conf =
        new HashMap<>(
            Map.of(
                "spark.ui.enabled", "true",
                "spark.ui.port", "0",
                "spark.metrics.namespace", "training",
                "spark.ui.prometheus.enabled", "true",
                "spark.metrics.conf.*.sink.prometheusServlet.class",
                    "org.apache.spark.metrics.sink.PrometheusServlet",
                "spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus"));
    conf.putAll(more);
    return conf;
  }

  @BeforeAll
  static void start() throws InterruptedException {
    session = TestSpark.local(withUi(Map.of("spark.plugins", OstinatoPlugin.class.getName())));
    url = session.sparkContext().uiWebUrl().get();
    evaluations = new ShownEvaluations(session);
  }

  @AfterAll
  static void stop() {
    evaluations.close();
    session.stop();
  }

  @Test
  void aBrowserShowsWhatTheEvaluationsDo() throws IOException, InterruptedException {
    Chromium.Page page = Chromium.in(folder).open(url + "/ostinato/");
    System.out.println(page.dom());
    System.out.println(page.console());
    System.out.println(page.hosts());
    String shots = System.getProperty("ostinato.tests.pictures", "");
    if (!shots.isEmpty()) {
      Files.createDirectories(Path.of(shots));
      for (boolean dark : new boolean[] {false, true}) {
        Chromium.in(folder)
            .picture(url + "/ostinato/", dark, Path.of(shots, dark ? "dark.png" : "light.png"));
      }
    }
    assertThat(page.console()).isEmpty();
    assertThat(page.hosts()).isEqualTo(new java.util.TreeSet<>(List.of("127.0.0.1")));
  }

  @Test
  void sparksPagesLinkToTheTab() throws IOException, InterruptedException {
    assertThat(Http.get(url + "/jobs/").body()).contains("href=\"/ostinato/\"", "Ostinato");
  }

  @Test
  void prometheus() throws IOException, InterruptedException {
    Http.get(url + "/metrics/prometheus/").body().lines().filter(l -> l.contains("ostinato")).forEach(System.out::println);
    System.out.println(Http.get(url + "/metrics/executors/prometheus/").body());
  }
}
