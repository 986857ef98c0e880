package io.ostinato.report;

import static io.ostinato.report.RunFixture.MARKUP;
import static io.ostinato.report.RunFixture.RIGHT_TO_LEFT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import io.ostinato.BrowserPage;
import io.ostinato.Chromium;
import io.ostinato.storage.LocalRunFiles;
import io.ostinato.storage.RunFiles;
import io.ostinato.tracking.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as a browser shows it. */
class ReportInBrowserTest {
  @TempDir private static Path profile;
  private static Chromium browser;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws IOException {
    browser = Chromium.start(profile);
  }

  @AfterAll
  static void close() {
    if (browser != null) {
      browser.close();
    }
  }

  @Test
  void whatIsInTheFilesIsOnThePage() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      assertThat(page.text("document.title")).isEqualTo("Run " + folder.getFileName());
      assertThat(page.text("document.documentElement.lang")).isEqualTo("en");
      assertThat(page.texts(".reason")).containsExactly("What stopped it: " + MARKUP);
      assertThat(page.texts("#report dd"))
          .contains("com.example.Net", "Java 17", "2026-11-23 12:00:00 UTC");
      assertThat(row(page, "accuracy/test"))
          .containsExactly("higher", "0.88", "0.95", "E0_U5_S80", "not saved");
      assertThat(row(page, "loss/nan"))
          .containsExactly("lower", "NaN", "0.0001", "E0_U1_S16", "not saved");
      assertThat(row(page, "E0_U3_S48"))
          .contains(RIGHT_TO_LEFT, "1\u202f234\u202f567 (3 skipped)", "0.093", "3")
          .contains("1 (worker-a): 1\n2 (worker-b): 1");
      assertThat(page.texts(".bar .job")).hasSize(1);
      assertThat(page.text("document.querySelector('.bar').getAttribute('aria-label')"))
          .contains("prepare 0.010, send 0.001, job 0.078")
          .contains("forward 0.160");
      assertThat(row(page, "E0_U4_S64")).contains("failed", RIGHT_TO_LEFT, "row 7 is " + MARKUP);
      assertThat(page.texts("pre")).singleElement().asString().contains("seed: 1");
      assertIsQuiet(page);
    }
  }

  @Test
  void markupAndOtherScriptsAreText() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      assertThat(page.texts("figcaption")).contains(MARKUP, RIGHT_TO_LEFT, "loss/nan");
      assertThat(row(page, MARKUP)).isNotEmpty();
      assertThat(page.value("document.querySelectorAll('main script').length").getAsInt()).isZero();
      assertThat(
              page.text(
                  "getComputedStyle([...document.querySelectorAll('bdi')]"
                      + ".find(one => one.textContent === '%s')).unicodeBidi"
                          .formatted(RIGHT_TO_LEFT)))
          .isEqualTo("isolate");
      assertIsQuiet(page);
    }
  }

  @Test
  void curvesAreZoomedByMouseAndKeyboardAndShowValues() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      String chart = "charts.find(one => one.chart.title === 'accuracy/test')";
      page.value(chart + ".place.focus(); " + chart + ".draw()");
      page.press("ArrowRight");
      page.press("ArrowRight");
      assertThat(page.text(chart + ".place.querySelector('.u-legend').innerText"))
          .contains("2")
          .contains("accuracy/test")
          .contains("0.92");
      assertThat(page.text(chart + ".spoken.textContent"))
          .isEqualTo("updates 2, accuracy/test 0.92");
      assertThat(width(page, chart)).isEqualTo(11);
      page.press("+");
      assertThat(width(page, chart)).isLessThan(11);
      page.press("0");
      assertThat(width(page, chart)).isEqualTo(11);
      drag(page, chart);
      assertThat(width(page, chart)).isCloseTo(5.5, within(0.5));
      assertIsQuiet(page);
    }
  }

  @Test
  void scalesCanBeLogarithmicAndCurvesSmoothed() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      String chart = "charts.find(one => one.chart.title === 'loss/nan')";
      page.value(chart + ".draw()");
      assertThat(page.value(chart + ".data[1]").getAsJsonArray().get(1).isJsonNull())
          .as("NaN is a gap")
          .isTrue();
      page.value("document.querySelector('input[type=checkbox]').click(); " + chart + ".draw()");
      assertThat(page.value(chart + ".plot.scales.y.distr").getAsInt()).isEqualTo(3);
      assertThat(page.value("smoothed([1, NaN, 3], 0.5)[2]").getAsDouble())
          .isCloseTo((1 * 0.5 + 3) / 1.5, within(1e-12));
      assertThat(page.value("smoothed([1, 2, 3], 0)").getAsJsonArray().toString())
          .isEqualTo("[1,2,3]");
      page.value("document.querySelector('select').value = 'epoch'");
      page.value("document.querySelector('select').dispatchEvent(new Event('change'))");
      page.value(chart + ".draw()");
      assertThat(page.value("Math.max(..." + chart + ".data[0])").getAsInt()).isEqualTo(1);
      assertThat(page.value(chart + ".data[0].length").getAsInt())
          .as("all values of an epoch")
          .isEqualTo(12);
      assertIsQuiet(page);
    }
  }

  @Test
  void theKeyboardReachesAllValuesOfAnEpoch() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      String chart = "charts.find(one => one.chart.title === 'accuracy/test')";
      page.value("document.querySelector('select').value = 'epoch'");
      page.value("document.querySelector('select').dispatchEvent(new Event('change'))");
      page.value(chart + ".place.focus(); " + chart + ".draw()");
      for (int i = 1; i <= 12; i++) {
        page.press("ArrowRight");
        String value = page.text("numberText(%s.data[1][%s])".formatted(chart, i - 1));
        assertThat(page.text(chart + ".spoken.textContent"))
            .isEqualTo("epochs %s, accuracy/test %s".formatted(i / 10, value));
        assertThat(page.text(chart + ".place.querySelector('.u-legend').innerText"))
            .contains(value);
      }
    }
  }

  @Test
  void phasesHaveColoursThatCanBeTold() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      for (String scheme : List.of("light", "dark")) {
        page.prefer(scheme);
        assertThat(
                page.value(
                        """
                        (() => {
                          const colours = [...document.querySelectorAll(".phase.key")].map((one) =>
                            getComputedStyle(one).backgroundColor.match(/\\d+/g).map(Number));
                          const pairs = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => [a, b]));
                          return Math.min(...pairs.map(([a, b]) => Math.hypot(...a.map((part, i) => part - b[i]))));
                        })()
                        """)
                    .getAsDouble())
            .as(scheme)
            .isGreaterThan(75);
      }
    }
  }

  @Test
  void markupThatCameInWouldNotRun() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      page.value(
          """
          (() => {
            const script = document.createElement("script");
            script.textContent = "window.hasRun = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src='https://example.com/x' onerror='window.hasRun = true'>");
            return new Promise((done) => setTimeout(done));
          })()
          """);
      assertThat(page.text("String(window.hasRun)")).isEqualTo("undefined");
      assertThat(page.problems())
          .as("the script, the handler and the address")
          .hasSize(3)
          .allMatch(problem -> problem.contains("violates the following Content Security Policy"));
    }
  }

  @Test
  void runsThatDisagreeAboutTheDirectionHaveNoBest() throws Exception {
    for (String name : List.of("one", "two")) {
      double factor = name.equals("one") ? 1 : 2;
      RunFiles run = RunFixture.records(folder.resolve(name), 3, i -> Map.of("reward", factor * i));
      RunFacts.of("training", Map.of(), Map.of("Java", name), Map.of())
          .withDirections(
              Map.of("reward", name.equals("one") ? "higher_is_better" : "lower_is_better"))
          .write(run);
    }
    RunFiles all = LocalRunFiles.in(folder);
    new ReportPage()
        .add(all.folder("one"), all.folder("one").folder("checkpoints"))
        .add(all.folder("two"), all.folder("two").folder("checkpoints"))
        .write(all, "comparison.html", RunFixture.NOON.instant());
    try (BrowserPage page = browser.open(folder.resolve("comparison.html").toUri())) {
      assertThat(row(page, "reward")).containsExactly("", "3\nE0_U3_S48", "2\nE0_U1_S16");
      assertThat(row(page, "Java")).containsExactly("one", "two");
    }
  }

  @Test
  void tablesAndChartsCanBeUsedWithoutAMouseAndWithoutSight() throws Exception {
    run(folder);
    try (BrowserPage page = open(folder)) {
      String of = "document.querySelectorAll('%s').length";
      assertThat(page.value(of.formatted(".scroll table")).getAsInt())
          .isEqualTo(page.value(of.formatted(".scroll table > caption")).getAsInt())
          .isEqualTo(3);
      assertThat(page.value(of.formatted(".scroll thead th:not([scope=col])")).getAsInt()).isZero();
      assertThat(page.value(of.formatted(".scroll tbody th[scope=row]")).getAsInt())
          .isEqualTo(page.value(of.formatted(".scroll tbody tr")).getAsInt());
      assertThat(page.value(of.formatted(".chart:not([tabindex][aria-label])")).getAsInt())
          .isZero();
      assertThat(page.texts("nav a")).hasSameSizeAs(page.texts("h2"));
      for (String scheme : List.of("light", "dark")) {
        page.prefer(scheme);
        assertThat(lowestContrast(page)).as(scheme).isGreaterThan(4.5);
      }
    }
  }

  @Test
  void severalRunsAreCompared() throws Exception {
    RunFiles one =
        RunFixture.records(folder.resolve("one"), 3, i -> Map.of("accuracy/test", i / 10.0));
    RunFiles two =
        RunFixture.records(
            folder.resolve("two"), 9, i -> Map.of("accuracy/test", i / 20.0, "other", 1.0 * i));
    RunFixture.facts().write(one);
    RunFacts.of("training", Map.of("model", "Other"), Map.of(), Map.of("seed", "2")).write(two);
    RunFiles all = LocalRunFiles.in(folder);
    new ReportPage()
        .add(one, one.folder("checkpoints"))
        .add(two, two.folder("checkpoints"))
        .write(all, "comparison.html", RunFixture.NOON.instant());
    try (BrowserPage page = browser.open(folder.resolve("comparison.html").toUri())) {
      assertThat(page.text("document.title")).isEqualTo("Comparison of 2 runs");
      assertThat(row(page, "accuracy/test"))
          .containsExactly("higher", "0.3\nE0_U3_S48", "0.45 (best)\nE0_U9_S144");
      assertThat(row(page, "seed")).containsExactly("1", "2");
      page.value("charts[0].draw()");
      assertThat(page.texts("figcaption")).containsExactly("accuracy/test", "other");
      assertThat(page.text("charts[0].plot.series.map(one => one.label).join()"))
          .isEqualTo("at,one,two");
      assertThat(page.text("JSON.stringify(charts[0].data.map(column => column.slice(1, 4)))"))
          .as("the same place is the same row")
          .isEqualTo("[[2,3,4],[0.2,0.3,null],[0.1,0.15,0.2]]");
      assertIsQuiet(page);
    }
  }

  @Test
  void longRunsAreShownAtOnceInASmallPage() throws Exception {
    run(folder);
    long small = Files.size(RunFixture.page(folder));
    assertThat(small).isLessThan(300_000);
    assertThat(Files.readString(folder.resolve(ReportPage.NAME)))
        .as("the licence of what is in the page")
        .contains("Copyright (c) 2022 Leon Sorokin", "The MIT License");
    Path large = folder.resolve("large");
    RunFixture.records(
        large, 10_000, i -> Map.of("loss/train", 1.0 / i, "accuracy/test", 1 - 1.0 / i));
    for (int i = 0; i < 200; i++) {
      RunFixture.evaluation(large, "accuracy", i, 2);
    }
    try (BrowserPage page = open(large)) {
      assertThat(page.value("data.runs[0].iterations.update.length").getAsInt()).isEqualTo(10_000);
      page.value("charts[0].draw()");
      assertThat(page.value("charts[0].data[0].length").getAsInt()).isEqualTo(10_000);
      String rows = "document.querySelectorAll('[aria-labelledby=evaluations] tbody tr').length";
      assertThat(page.value(rows).getAsInt()).isEqualTo(50);
      page.value("document.querySelector('[aria-labelledby=evaluations] button').click()");
      assertThat(page.value(rows).getAsInt()).isEqualTo(200);
      assertIsQuiet(page);
    }
  }

  private static void run(Path folder) throws IOException {
    RunFiles files =
        RunFixture.records(
            folder,
            12,
            i ->
                Map.of(
                    "accuracy/test",
                    i <= 5 ? 0.9 + i / 100.0 : 1 - i / 100.0,
                    "loss/nan",
                    i == 2 || i == 12 ? Double.NaN : i / 10_000.0,
                    MARKUP,
                    1.0 * i,
                    RIGHT_TO_LEFT,
                    2.0 * i));
    RunFixture.facts().ended(RunStatus.FINISHED, MARKUP, RunFixture.NOON.instant()).write(files);
    Files.writeString(folder.resolve("config.yaml"), "seed: 1\nname: </script>\n");
    RunFixture.evaluation(folder, RIGHT_TO_LEFT, 3, 3);
    RunFixture.failure(folder, RIGHT_TO_LEFT, 4, "row 7 is " + MARKUP);
  }

  private static BrowserPage open(Path folder) throws Exception {
    return browser.open(RunFixture.page(folder).toUri());
  }

  /** The cells of the row with this name. */
  private static List<String> row(BrowserPage page, String name) {
    JsonArray cells =
        page.value(
                ("[...[...document.querySelectorAll('.scroll tbody tr')]"
                        + ".find(row => row.cells[0].innerText === '%s').cells]"
                        + ".slice(1).map(cell => cell.innerText)")
                    .formatted(name))
            .getAsJsonArray();
    return cells.asList().stream().map(cell -> cell.getAsString()).toList();
  }

  private static double width(BrowserPage page, String chart) {
    return page.value("(({min, max}) => max - min)(%s.plot.scales.x)".formatted(chart))
        .getAsDouble();
  }

  /** Drags over the middle half of a chart. */
  private static void drag(BrowserPage page, String chart) {
    page.value(chart + ".place.scrollIntoView({block: 'center'})");
    JsonArray box =
        page.value(
                "(box => [box.left, box.top, box.width, box.height])"
                    + "(%s.plot.over.getBoundingClientRect())".formatted(chart))
            .getAsJsonArray();
    double left = box.get(0).getAsDouble() + box.get(2).getAsDouble() / 4;
    double right = left + box.get(2).getAsDouble() / 2;
    double middle = box.get(1).getAsDouble() + box.get(3).getAsDouble() / 2;
    page.mouse("mouseMoved", left, middle);
    page.mouse("mousePressed", left, middle);
    page.mouse("mouseMoved", (left + right) / 2, middle);
    page.mouse("mouseMoved", right, middle);
    page.mouse("mouseReleased", right, middle);
    page.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  /** The lowest contrast of a text to the page, by the formula of WCAG 2. */
  private static double lowestContrast(BrowserPage page) {
    return page.value(
            """
            (() => {
              const light = (colour) => {
                const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => {
                  const one = part / 255;
                  return one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
              };
              const behind = (one) => {
                const colour = one ? getComputedStyle(one).backgroundColor : "rgb(255, 255, 255)";
                return colour.startsWith("rgba") ? behind(one.parentElement) : colour;
              };
              return Math.min(...[...document.querySelectorAll("h1, p, a, dt, dd, th, td, caption, pre, button, label")]
                .map((one) => {
                  const both = [light(getComputedStyle(one).color), light(behind(one))];
                  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
                }));
            })()
            """)
        .getAsDouble();
  }

  /** It has asked for nothing but itself, and there is nothing on the console. */
  private static void assertIsQuiet(BrowserPage page) {
    assertThat(page.problems()).isEmpty();
    assertThat(page.requests()).singleElement().asString().startsWith("file:");
  }
}
