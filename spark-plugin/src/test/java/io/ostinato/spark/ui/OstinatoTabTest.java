package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.evaluation.TestNets;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tab in the web UI of a real Spark, in a real browser if there is one. */
class OstinatoTabTest {
  private static final String NAMESPACE = "training";
  private static final Path DOCS = Path.of("..", "docs");

  @TempDir private static Path folder;

  private static SparkSession session;
  private static ShownEvaluations evaluations;
  private static String url = "";

  @BeforeAll
  static void start() {
    session =
        TestSpark.local(
            Map.of(
                "spark.plugins", OstinatoPlugin.class.getName(),
                "spark.ostinato.blocks.device", "1m",
                "spark.ui.enabled", "true",
                "spark.ui.port", "0",
                "spark.metrics.namespace", NAMESPACE,
                "spark.metrics.conf.driver.sink.csv.class", "org.apache.spark.metrics.sink.CsvSink",
                "spark.metrics.conf.driver.sink.csv.directory", folder.toString(),
                "spark.metrics.conf.driver.sink.csv.period", "1",
                "spark.metrics.conf.*.sink.prometheusServlet.class",
                    "org.apache.spark.metrics.sink.PrometheusServlet",
                "spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus"));
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
    assertThat(page.console()).as("the console").isEmpty();
    assertThat(page.requests())
        .as("what the page loads")
        .contains(url + "/metrics/json/", url + "/ostinato/ostinato.js")
        .allMatch(request -> request.startsWith(url + "/"));
    PageTables tables = new PageTables(page.dom());
    assertThat(page.dom()).contains("<title>Ostinato – training</title>");
    assertThat(tables.rows("flight"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row)
                    .startsWith("slow", "test", "E1_U4_S3")
                    .contains("evaluating", "16 of 40 rows (40%)"));
    assertThat(tables.rows("ended"))
        .extracting(row -> row.get(0))
        .as("names are shown as text")
        .containsExactly(
            "failing",
            "accuracy",
            ShownEvaluations.ARABIC,
            ShownEvaluations.HEBREW,
            ShownEvaluations.MARKUP);
    assertThat(tables.rows("ended").get(0).get(4)).startsWith("failed").contains("no <b>luck</b>");
    assertThat(tables.rows("ended").get(1)).contains("succeeded", "40");
    assertThat(tables.rows("devices"))
        .singleElement()
        .satisfies(
            row ->
                assertThat(row).startsWith("driver", "cpu()", "1", "1", "1.0 KiB", "1.6 KiB", "1"));
    assertThat(tables.rows("datasets"))
        .singleElement()
        .satisfies(row -> assertThat(row).startsWith("test", "40", "5", "1.6 KiB"));
  }

  @Test
  void theLinksOfThePageLeadToSparksPages() throws IOException, InterruptedException {
    String dom = Chromium.in(folder).open(url + "/ostinato/").dom();
    Matcher link = Pattern.compile("href=\"(\\.\\./[^\"]+)\"").matcher(dom);
    TreeSet<String> links = new TreeSet<>();
    while (link.find()) {
      links.add(link.group(1));
    }
    assertThat(links)
        .anyMatch(target -> target.startsWith("../jobs/job/?id="))
        .anyMatch(target -> target.startsWith("../storage/rdd/?id="));
    for (String target : links) {
      assertThat(Http.get(url + target.substring(2)).statusCode()).as(target).isEqualTo(200);
    }
  }

  @Test
  void sparksPagesLinkToTheTab() throws IOException, InterruptedException {
    assertThat(Http.get(url + "/jobs/").body()).contains("href=\"/ostinato/\"", "Ostinato");
  }

  @Test
  void aProxyPathIsKept() throws IOException, InterruptedException {
    try (ProxyPath proxy = new ProxyPath(url, "")) {
      assertThat(Http.get(proxy.url() + "/jobs/").body())
          .contains("href=\"%s/ostinato/\"".formatted(ProxyPath.PATH));
      Chromium.Page page = Chromium.in(folder).open(proxy.url() + "/ostinato/");
      assertThat(page.console()).isEmpty();
      assertThat(new PageTables(page.dom()).rows("ended")).hasSize(5);
      assertThat(proxy.outside()).isEmpty();
    }
  }

  @Test
  void thePageSaysThatSparksMetricsAreDisabled() throws IOException, InterruptedException {
    try (ProxyPath proxy = new ProxyPath(url, "/metrics/json")) {
      PageTables page = new PageTables(Chromium.in(folder).open(proxy.url() + "/ostinato/").dom());
      assertThat(page.text("problem"))
          .contains("metrics are not at metrics/json", "spark.metrics.conf.*.sink.servlet.path");
    }
  }

  @Test
  void theMetricsOfTheApplicationAreInSparksPrometheusEndpoint()
      throws IOException, InterruptedException {
    Map<String, Double> metrics = prometheus();
    assertThat(metrics)
        .containsEntry("evaluations", 4.0)
        .containsEntry("failed_evaluations", 1.0)
        .containsEntry("in_flight", 1.0)
        .containsEntry("rows", 160.0)
        .containsEntry("tasks", 8.0)
        .containsEntry("refreshes", 3.0)
        .containsEntry("refresh_bytes", 3.0 * weightBytes())
        .containsEntry("sent_bytes", 4.0 * weightBytes())
        .containsEntry("resident_bytes", (double) weightBytes())
        .containsEntry("stored_bytes", 1600.0);
    assertThat(metrics.get("staleness_seconds")).isPositive();
    assertThat(metrics.get("forward_seconds")).isBetween(1e-6, 600.0);
  }

  @Test
  void sinksThatWriteTextsDontWriteTheStatus() throws IOException {
    Path written = folder.resolve("training.driver.ostinato.rows.csv");
    Path status = folder.resolve("training.driver.ostinato.status.csv");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(status) || Files.readAllLines(written).size() < 2) {
      assertThat(System.nanoTime()).as("it is written").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(status).content().startsWith("t,value").doesNotContain("{");
  }

  /** The application's metrics, by the last part of their names. */
  private static Map<String, Double> prometheus() throws IOException, InterruptedException {
    Pattern line =
        Pattern.compile(
            "metrics_%s_driver_ostinato_(\\w+)_Number\\{type=\"gauges\"} (\\S+)"
                .formatted(NAMESPACE));
    Map<String, Double> metrics = new TreeMap<>();
    Http.get(url + "/metrics/prometheus/")
        .body()
        .lines()
        .map(line::matcher)
        .filter(Matcher::matches)
        .forEach(found -> metrics.put(found.group(1), Double.valueOf(found.group(2))));
    return metrics;
  }

  private static long weightBytes() {
    return TestNets.weights(1).sizeBytes();
  }

  @Test
  void theDocumentedQueriesNameMetricsThatExist() throws IOException, InterruptedException {
    Matcher name =
        Pattern.compile("metrics_%s_driver_ostinato_(\\w+)_Number".formatted(NAMESPACE))
            .matcher(Files.readString(DOCS.resolve("monitoring.md")));
    TreeSet<String> documented = new TreeSet<>();
    while (name.find()) {
      documented.add(name.group(1));
    }
    assertThat(documented).contains("refresh_bytes", "staleness_seconds", "evaluations");
    assertThat(prometheus().keySet()).containsAll(documented);
  }

  @Test
  void theStatusIsJsonInSparksMetrics() throws IOException, InterruptedException {
    JsonObject gauges =
        JsonParser.parseString(Http.get(url + "/metrics/json/").body())
            .getAsJsonObject()
            .getAsJsonObject("gauges");
    String status =
        gauges.getAsJsonObject("training.driver.ostinato.status").get("value").getAsString();
    JsonObject flight =
        JsonParser.parseString(status)
            .getAsJsonObject()
            .getAsJsonArray("inFlight")
            .get(0)
            .getAsJsonObject();
    assertThat(flight.get("rows").getAsLong()).isEqualTo(ShownEvaluations.ROWS);
    assertThat(flight.get("done").getAsLong()).isEqualTo(ShownEvaluations.DONE);
  }
}
