package io.ostinato.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PlotsTest {
  private static final double[] UPDATES = {22, 44, 66, 88};
  private static final List<Double> GREY = List.of(-1.0, 0.5, 0.999, 7.0, Double.NaN, 0.0);

  static Stream<Plot> plots() {
    return plots("<b>\"a\" & 'b'</b>\u0000\ud800 ]]>");
  }

  private static Stream<Plot> plots(String name) {
    double[] extremes = {-Double.MAX_VALUE, Double.MAX_VALUE, Double.MIN_VALUE, Double.NaN};
    return Stream.of(
        CurvePlot.of(name, name, curve(name, Curve.Best.HIGHEST, 0.5, 0.75, Double.NaN, 0.75)),
        CurvePlot.of(name, name, new Curve(name, UPDATES, extremes, Curve.Best.LOWEST)),
        CurvePlot.of(name, name, new Curve(name, extremes(3), new double[3], Curve.Best.LOWEST)),
        CurvePlot.of(name, name, curve(name, Curve.Best.NONE, Double.NaN)),
        CurvePlot.of(name, name),
        CurvePlot.of(name, name, curve(name, Curve.Best.LOWEST, 3, 0, 0.01, 20))
            .with(Scale.LOGARITHMIC),
        CurvePlot.of(name, name, curve(name, Curve.Best.LOWEST, -1, 0)).with(Scale.LOGARITHMIC),
        CurvePlot.of(name, name).with(Scale.LOGARITHMIC),
        ConfusionPlot.of(name, new long[][] {{5, 1}, {0, 4}}, name, "b"),
        ConfusionPlot.of(name, new long[0][0]),
        ConfusionPlot.of(name, new long[100][100]),
        ReliabilityPlot.of(name, new double[] {0, 0.5, 1}, new boolean[] {false, true, true}, 10),
        ReliabilityPlot.of(name, new double[0], new boolean[0], 10),
        ReliabilityPlot.of(name, new double[] {0, 0.5}, new boolean[2], 1000),
        HistogramPlot.of(name, name, -2, -1, 0, 1, Double.NaN),
        HistogramPlot.of(name, name, extremes),
        HistogramPlot.of(name, name, 3, 3, 3),
        HistogramPlot.of(name, name),
        new PicturePlot(name, Collections.nCopies(9, PicturePlot.Tile.grey(GREY, 2, name))),
        new PicturePlot(name, List.of()));
  }

  private static double[] extremes(int count) {
    return Arrays.copyOf(new double[] {-Double.MAX_VALUE, 0, Double.MAX_VALUE}, count);
  }

  @ParameterizedTest
  @MethodSource("plots")
  void anyPlotIsXmlWithATitleAndWithoutScriptsOrAddresses(Plot plot) throws Exception {
    Element svg = parsed(plot.svg());
    assertThat(svg.getAttribute("role")).isEqualTo("img");
    assertThat(svg.getAttribute("aria-label")).startsWith("<b>\"a\" & 'b'</b>\ufffd\ufffd ]]>. ");
    assertThat(texts(svg, "title").get(0)).isEqualTo("<b>\"a\" & 'b'</b>\ufffd\ufffd ]]>");
    assertThat(texts(svg, "desc")).hasSize(1);
    assertThat(elements(svg, "*"))
        .extracting(Element::getTagName)
        .isSubsetOf(
            "title", "desc", "style", "g", "text", "line", "path", "circle", "rect", "image");
    String withoutPictures = plot.svg().replaceAll("href=\"data:image/png;base64,[\\w+/=]+\"", "");
    assertThat(withoutPictures.replace("http://www.w3.org/2000/svg", ""))
        .doesNotContain("http", "url(", "href", " on")
        .doesNotContain("NaN,", "Infinity,", "=\"NaN", "=\"Infinity", "=\"-Infinity");
  }

  @ParameterizedTest
  @MethodSource("plots")
  void everythingDrawnIsInThePicture(Plot plot) throws Exception {
    Element svg = parsed(plot.svg());
    double width = number(svg, "width");
    double height = number(svg, "height");
    for (String element : List.of("line", "circle", "rect", "image")) {
      for (Element one : elements(svg, element)) {
        for (String x : List.of("x", "x1", "x2", "cx")) {
          assertThat(one.hasAttribute(x) ? number(one, x) : 0).isBetween(0.0, width);
        }
        for (String y : List.of("y", "y1", "y2", "cy")) {
          assertThat(one.hasAttribute(y) ? number(one, y) : 0).isBetween(0.0, height);
        }
      }
      for (String size : List.of("width", "height")) {
        assertThat(one(svg, element, size)).allMatch(length -> length >= 0);
      }
    }
  }

  private static List<Double> one(Element svg, String element, String attribute) {
    return elements(svg, element).stream()
        .filter(each -> each.hasAttribute(attribute))
        .map(each -> number(each, attribute))
        .toList();
  }

  /** Labels in the picture, by their estimated widths, and the same in pages of any direction. */
  @ParameterizedTest
  @MethodSource("labelled")
  void labelsAreInThePictureAndDontCoverEachOther(Plot plot) throws Exception {
    Element svg = parsed(plot.svg());
    assertThat(svg.getAttribute("direction")).isEqualTo("ltr");
    assertThat(svg.getAttribute("style")).contains("direction:ltr");
    Map<Double, TreeMap<Double, Double>> lines = new HashMap<>();
    for (Element text : elements(svg, "text")) {
      if (text.hasAttribute("transform")) {
        continue;
      }
      double width = Svg.width(text.getTextContent(), size(text));
      String anchor = inherited(text, "text-anchor");
      double x = number(text, "x");
      double from = anchor.equals("end") ? x - width : anchor.equals("middle") ? x - width / 2 : x;
      assertThat(from).as(text.getTextContent()).isBetween(0.0, number(svg, "width") - width);
      lines.computeIfAbsent(number(text, "y"), y -> new TreeMap<>()).put(from, from + width);
    }
    for (TreeMap<Double, Double> labels : lines.values()) {
      double end = 0;
      for (Map.Entry<Double, Double> label : labels.entrySet()) {
        assertThat(label.getKey()).isGreaterThanOrEqualTo(end);
        end = label.getValue();
      }
    }
  }

  static Stream<Plot> labelled() {
    String name = "a long name ".repeat(30);
    double[] close = {1e9, 1e9 + 1, 1e9 + 8};
    double[] loss = {0.69314718, 0.69314719, 0.69314720};
    double[] extremes = {-Double.MAX_VALUE, 0, Double.MAX_VALUE};
    return Stream.of(
        CurvePlot.of(name, name, new Curve(name, close, loss, Curve.Best.NONE)),
        CurvePlot.of(name, name, new Curve(name, extremes, extremes, Curve.Best.NONE)),
        HistogramPlot.of(name, name, 1e6, 1e6 + 1e-4, 1e6 + 3e-4),
        HistogramPlot.of(name, name, extremes),
        ReliabilityPlot.of(name, new double[] {0.5}, new boolean[1], 10),
        ConfusionPlot.of(name, new long[][] {{1_000_000_000, 5}, {0, 4}}, name, name));
  }

  private static double size(Element text) {
    return Double.parseDouble(inherited(text, "font-size"));
  }

  private static String inherited(Element element, String attribute) {
    return element.hasAttribute(attribute)
        ? element.getAttribute(attribute)
        : element.getParentNode() instanceof Element parent ? inherited(parent, attribute) : "";
  }

  @Test
  void pointsBetweenGapsAreDots() throws Exception {
    for (int rows : List.of(101, 5001)) {
      double[] counts = IntStream.range(0, rows).mapToDouble(i -> i).toArray();
      double[] values =
          IntStream.range(0, rows).mapToDouble(i -> i % 2 == 0 ? i : Double.NaN).toArray();
      Element svg =
          parsed(CurvePlot.of("a", "n", new Curve("a", counts, values, Curve.Best.NONE)).svg());
      String path = elements(svg, "path").get(0).getAttribute("d");
      assertThat(path).doesNotContain("L");
      assertThat(elements(svg, "circle")).hasSizeGreaterThan(50);
    }
  }

  @Test
  void numbersInCellsAreReadableOnAPageOfAnyColour() throws Exception {
    long[][] counts = new long[10][10];
    for (int i = 0; i < 10; i++) {
      Arrays.fill(counts[i], i);
      counts[i][0] = 100 - 9L * i;
    }
    Element svg = parsed(ConfusionPlot.of("a", counts).svg());
    for (Element cell : elements(svg, "rect")) {
      if (!cell.hasAttribute("fill-opacity")) {
        continue;
      }
      int fill = Integer.parseInt(cell.getAttribute("fill").substring(1), 16);
      double opacity = number(cell, "fill-opacity");
      assertThat(contrast(0x1f2328, mixed(fill, 0xffffff, opacity))).isGreaterThan(4.5);
      assertThat(contrast(0xe6edf3, mixed(fill, 0x0d1117, opacity))).isGreaterThan(4.5);
    }
    assertThat(elements(svg, "text")).noneMatch(text -> text.getAttribute("fill").equals("#fff"));
  }

  private static double[] mixed(int colour, int page, double opacity) {
    return IntStream.of(16, 8, 0)
        .mapToDouble(at -> opacity * (colour >> at & 255) + (1 - opacity) * (page >> at & 255))
        .toArray();
  }

  /** The contrast ratio of the Web Content Accessibility Guidelines 2.1. */
  private static double contrast(int text, double[] behind) {
    double one = luminance(mixed(text, text, 1));
    double other = luminance(behind);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  private static double luminance(double[] colour) {
    double[] linear =
        Arrays.stream(colour)
            .map(c -> c / 255)
            .map(c -> c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4))
            .toArray();
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }

  @Test
  void aNameOfAnyLengthIsCut() {
    String name = "x".repeat(300_000);
    assertThat(Svg.fitted(name, 100, 10)).isEqualTo("x".repeat(15) + "…");
    assertThat(Svg.fitted("ab", 100, 10)).isEqualTo("ab");
  }

  @Test
  void picturesAreTheSameInAllLocales() {
    Locale before = Locale.getDefault();
    List<String> english = plots("a").map(Plot::svg).toList();
    try {
      for (String tag : List.of("ar-EG", "de-DE", "hi-IN-u-nu-deva")) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(plots("a").map(Plot::svg)).isEqualTo(english);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void coloursFollowThePageInlineAndTheModeOfTheReaderInAFile() {
    assertThat(CurvePlot.of("a", "updates").svg())
        .contains("fill=\"currentColor\"", ".ostinato-plot:root{", "prefers-color-scheme:dark");
  }

  @Test
  void theBestOfACurveIsMarkedTheFirstOfEqualOnes() throws Exception {
    Element svg =
        parsed(
            CurvePlot.of(
                    "accuracy",
                    "updates",
                    curve("a", Curve.Best.HIGHEST, 0.5, 0.75, Double.NaN, 0.75),
                    curve("b", Curve.Best.LOWEST, 4, 2, 3, 1),
                    curve("c", Curve.Best.NONE, 4, 2, 3, 1))
                .svg());
    List<Element> marks =
        elements(svg, "g").stream().filter(g -> g.getAttribute("class").equals("best")).toList();
    assertThat(marks.stream().map(mark -> texts(mark, "title").get(0)))
        .containsExactly("a: best 0.75 at 44 updates", "b: best 1 at 88 updates");
    List<Element> paths = elements(svg, "path");
    double x = number(elements(marks.get(0), "circle").get(0), "cx");
    double y = number(elements(marks.get(0), "circle").get(0), "cy");
    assertThat(points(paths.get(0)).get(1)).containsExactly(x, y);
    assertThat(texts(svg, "desc").get(0))
        .isEqualTo("a: best 0.75 at 44 updates; b: best 1 at 88 updates; c");
  }

  @Test
  void valuesThatAreNotFiniteLeaveAGapAndCountsMayComeInAnyOrder() throws Exception {
    double[] counts = {88, 22, 66, 44};
    double[] values = {4, 1, Double.NaN, 2};
    Element svg =
        parsed(CurvePlot.of("a", "n", new Curve("a", counts, values, Curve.Best.NONE)).svg());
    String path = elements(svg, "path").get(0).getAttribute("d");
    assertThat(path).matches("M[^ML]+L[^ML]+M[^ML]+");
    List<double[]> points = points(elements(svg, "path").get(0));
    assertThat(points.stream().mapToDouble(at -> at[0]).toArray()).isSorted();
    double[] y = points.stream().mapToDouble(at -> at[1]).toArray();
    assertThat((y[0] - y[1]) * 2).isCloseTo(y[1] - y[2], within(0.05));
  }

  @Test
  void equalRatiosHaveEqualDistancesOnLogarithmicAxes() throws Exception {
    double[] counts = {10, 100, 1_000, 10_000};
    double[] values = {2, 4, 8, 0};
    Curve curve = new Curve("a", counts, values, Curve.Best.NONE);
    Element svg = parsed(CurvePlot.of("a", "n", curve).with(Scale.LOGARITHMIC).svg());
    assertThat(texts(svg, "text")).contains("10", "100", "1000", "10000", "2", "5");
    List<double[]> points = points(elements(svg, "path").get(0));
    assertThat(points).hasSize(3); // zero leaves a gap
    for (int axis = 0; axis < 2; axis++) {
      assertThat(points.get(1)[axis] - points.get(0)[axis])
          .isCloseTo(points.get(2)[axis] - points.get(1)[axis], within(0.05));
    }
  }

  @Test
  void aLongCurveIsSmallAndKeepsItsExtremes() throws Exception {
    int rows = 200_000;
    double[] counts = IntStream.range(0, rows).mapToDouble(i -> i).toArray();
    Random random = new Random(1);
    double[] values = random.doubles(rows).toArray();
    values[123_456] = 7;
    values[77] = -3;
    String svg = CurvePlot.of("a", "n", new Curve("a", counts, values, Curve.Best.HIGHEST)).svg();
    assertThat(svg).hasSizeLessThan(60_000).contains("best 7 at 123,456 n");
    List<double[]> points = points(elements(parsed(svg), "path").get(0));
    double top = points.stream().mapToDouble(at -> at[1]).min().orElseThrow();
    double bottom = points.stream().mapToDouble(at -> at[1]).max().orElseThrow();
    double typical = points.get(points.size() / 2)[1];
    assertThat(bottom - top).isGreaterThan(150);
    assertThat(typical).isBetween(top + 50, bottom - 20);
  }

  @Test
  void cellsHaveTheirCountsAndShares() throws Exception {
    Element svg =
        parsed(ConfusionPlot.of("a", new long[][] {{1500, 500}, {0, 4}}, "cat", "dog").svg());
    assertThat(texts(svg, "desc"))
        .containsExactly("1,504 of 2,004 rows are predicted correctly (75%)");
    assertThat(texts(svg, "title"))
        .containsExactly(
            "a",
            "cat predicted as cat: 1,500 (75%)",
            "cat predicted as dog: 500 (25%)",
            "dog predicted as dog: 4 (100%)");
    assertThat(texts(svg, "text"))
        .contains("1,500", "500", "4", "cat", "dog", "prediction", "class");
    List<Element> cells =
        elements(svg, "rect").stream().filter(r -> r.hasAttribute("fill-opacity")).toList();
    assertThat(cells).hasSize(3);
    assertThat(number(cells.get(1), "x")).isGreaterThan(number(cells.get(0), "x"));
    assertThat(number(cells.get(2), "y")).isGreaterThan(number(cells.get(0), "y"));
    assertThat(number(cells.get(1), "fill-opacity")).isEqualTo(0.4);
  }

  @Test
  void manyClassesAreSummedInBlocks() throws Exception {
    long[][] counts = new long[100][100];
    for (long[] row : counts) {
      Arrays.fill(row, 1);
    }
    Element svg = parsed(ConfusionPlot.of("a", counts).svg());
    assertThat(texts(svg, "title")).hasSize(1 + 50 * 50).contains("0–1 predicted as 98–99: 4 (2%)");
    assertThat(texts(svg, "desc"))
        .containsExactly("100 of 10,000 rows are predicted correctly (1%)");
  }

  @Test
  void binsOfReliabilityHaveMeansAndTheError() throws Exception {
    double[] confidences = {0.9, 0.95, 1.0, 0.3, 0.5};
    boolean[] correct = {true, true, false, true, false};
    ReliabilityPlot plot = ReliabilityPlot.of("a", confidences, correct, 2);
    assertThat(plot.bins())
        .containsExactly(
            new ReliabilityPlot.Bin(2, 0.4, 0.5), new ReliabilityPlot.Bin(3, 2.85 / 3, 2.0 / 3));
    assertThat(plot.calibrationError())
        .isCloseTo((2 * 0.1 + 3 * (2.85 / 3 - 2.0 / 3)) / 5, within(1e-12));
    Element svg = parsed(plot.svg());
    assertThat(texts(svg, "desc")).containsExactly("calibration error 0.21, 5 rows");
    assertThat(texts(svg, "title"))
        .contains("confidence 0.5 to 1: 3 rows, mean confidence 0.95, accuracy 0.6667");
    List<Element> bars = elements(svg, "rect");
    assertThat(number(bars.get(0), "height") / number(bars.get(1), "height"))
        .isCloseTo(0.75, within(0.001));
  }

  @Test
  void barsOfAHistogramHaveTheHeightOfTheirCounts() throws Exception {
    double[] values = new Random(2).doubles(900, -1, 1).toArray();
    HistogramPlot plot = HistogramPlot.of("a", "error", values);
    assertThat(plot.bins()).hasSize(30);
    assertThat(plot.bins().stream().mapToLong(HistogramPlot.Bin::values).sum()).isEqualTo(900);
    for (HistogramPlot.Bin bin : plot.bins()) {
      boolean isFirst = bin.equals(plot.bins().get(0));
      assertThat(bin.values())
          .isEqualTo(
              Arrays.stream(values)
                  .filter(v -> v <= bin.to() && (v > bin.from() || isFirst && v == bin.from()))
                  .count());
    }
    List<Element> bars = elements(parsed(plot.svg()), "rect");
    double unit = number(bars.get(0), "height") / plot.bins().get(0).values();
    for (int i = 0; i < bars.size(); i++) {
      assertThat(number(bars.get(i), "height"))
          .isCloseTo(unit * plot.bins().get(i).values(), within(0.5));
    }
    assertThat(HistogramPlot.of("a", "e", 1, Double.NaN).svg())
        .contains("1 value from 1 to 1, and 1 that is not finite");
  }

  @Test
  void picturesHaveTheirPixelsAndCaptions() throws Exception {
    PicturePlot plot = new PicturePlot("a", List.of(PicturePlot.Tile.grey(GREY, 2, "3 as 8")));
    assertThat(plot.description()).isEqualTo("1 pictures: 3 as 8");
    Element svg = parsed(plot.svg());
    assertThat(texts(svg, "text")).containsExactly("a", "3 as 8");
    String data = elements(svg, "image").get(0).getAttribute("href");
    byte[] png = Base64.getDecoder().decode(data.substring(data.indexOf(',') + 1));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getRaster().getSamples(0, 0, 2, 3, 0, (int[]) null))
        .containsExactly(0, 128, 255, 255, 0, 0);
    assertThat(new String(png, StandardCharsets.ISO_8859_1))
        .as("the rows as they are, each after a byte 0, in a block of zlib without compression")
        .contains("\1\11\0\366\377" + "\0\0\200" + "\0\377\377" + "\0\0\0");
  }

  @Test
  void onlyTheFirstPicturesAreDrawn() throws Exception {
    PicturePlot plot =
        new PicturePlot("a", Collections.nCopies(70, PicturePlot.Tile.grey(GREY, 3, "b")));
    assertThat(plot.description()).startsWith("the first 64 of 70 pictures: b; b");
    assertThat(elements(parsed(plot.svg()), "image")).hasSize(64);
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThatThrownBy(() -> PicturePlot.Tile.grey(GREY, 4, "a"))
        .hasMessage("6 pixels are not a picture with rows of 4 pixels");
    assertThatThrownBy(() -> PicturePlot.Tile.grey(List.of(), 4, "a"))
        .hasMessage("0 pixels are not a picture with rows of 4 pixels");
    assertThatThrownBy(() -> new Curve("a", new double[2], new double[3], Curve.Best.NONE))
        .hasMessage("the curve 'a' has 2 counts and 3 values; give one value for each count");
    assertThatThrownBy(
            () -> new Curve("a", new double[] {Double.NaN}, new double[1], Curve.Best.NONE))
        .hasMessage("the curve 'a' has a count that isn't a finite number");
    CurvePlot linear =
        CurvePlot.of("a", "n", new Curve("b", new double[1], new double[1], Curve.Best.NONE));
    assertThatThrownBy(() -> linear.with(Scale.LOGARITHMIC))
        .hasMessage(
            "the curve 'b' has the count 0.0, which a logarithmic axis doesn't have; use a linear one");
    assertThatThrownBy(() -> ConfusionPlot.of("a", new long[][] {{1}, {2}}))
        .hasMessageContaining("the counts of 2 classes must be as many lists");
    assertThatThrownBy(() -> ConfusionPlot.of("a", new long[2][2], "cat"))
        .hasMessage("there are 1 labels for 2 classes");
    assertThatThrownBy(
            () ->
                new HistogramPlot(
                    "a",
                    "e",
                    List.of(new HistogramPlot.Bin(1, 2, 3), new HistogramPlot.Bin(0, 1, 3)),
                    0))
        .hasMessage("the bin from 0.0 to 1.0 follows one that ends at 2.0; bins must be ascending");
    assertThatThrownBy(() -> ReliabilityPlot.of("a", new double[] {1.5}, new boolean[] {true}, 10))
        .hasMessage("a confidence must be from 0 to 1; given: 1.5");
  }

  private static Curve curve(String name, Curve.Best best, double... values) {
    return new Curve(name, Arrays.copyOf(UPDATES, values.length), values, best);
  }

  private static List<double[]> points(Element path) {
    return Arrays.stream(path.getAttribute("d").split("(?=[ML])"))
        .map(point -> point.substring(1).split(" "))
        .map(at -> new double[] {Double.parseDouble(at[0]), Double.parseDouble(at[1])})
        .toList();
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  private static List<String> texts(Element within, String tag) {
    return elements(within, tag).stream().map(Element::getTextContent).toList();
  }

  private static List<Element> elements(Element within, String tag) {
    NodeList found = within.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static Element parsed(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    Document document = factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
    return document.getDocumentElement();
  }
}
