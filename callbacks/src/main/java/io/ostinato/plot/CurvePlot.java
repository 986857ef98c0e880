package io.ostinato.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * Curves over a common count, such as a metric of several runs over updates. The best value of each
 * curve is marked. Curves of any length are drawn with at most four points per pixel, which look
 * the same as all of them.
 *
 * @param countName what is counted, such as {@code updates}
 * @param scale of both axes; a value that can't be drawn on it leaves a gap
 */
public record CurvePlot(String title, String countName, List<Curve> curves, Scale scale)
    implements Plot {
  private static final double WIDTH = 640;
  private static final double LEFT = 70; // or more, for long labels
  private static final double HEIGHT = 240;
  private static final double LEGEND_LINE = 18;
  private static final double KEY = 24;
  private static final double DOT = 1.8;

  /** Curves with at most this many points have a dot at each. */
  private static final int FEW = 40;

  /**
   * Creates a plot.
   *
   * @throws IllegalArgumentException if a count can't be drawn on the scale
   */
  public CurvePlot {
    curves = List.copyOf(curves);
    for (Curve curve : curves) {
      for (double count : curve.x()) {
        if (!Double.isFinite(scale.of(count))) {
          throw new IllegalArgumentException(
              "the curve '%s' has the count %s, which a logarithmic axis doesn't have; use a linear one"
                  .formatted(curve.name(), count));
        }
      }
    }
  }

  /** Curves over linear axes. */
  public CurvePlot(String title, String countName, List<Curve> curves) {
    this(title, countName, curves, Scale.LINEAR);
  }

  /** Creates a plot of some curves. */
  public static CurvePlot of(String title, String countName, Curve... curves) {
    return new CurvePlot(title, countName, List.of(curves));
  }

  /**
   * The same curves with another scale on both axes.
   *
   * @throws IllegalArgumentException if a count can't be drawn on it
   */
  public CurvePlot with(Scale other) {
    return new CurvePlot(title, countName, curves, other);
  }

  @Override
  public String svg() {
    List<List<Integer>> legend = legend();
    double top = 38 + legend.size() * LEGEND_LINE;
    Svg svg = Canvas.begin(title, description(), WIDTH, top + HEIGHT + 48);
    drawLegend(svg, legend);
    double[] values =
        curves.stream()
            .flatMapToDouble(curve -> Arrays.stream(curve.y()))
            .filter(value -> Double.isFinite(scale.of(value)))
            .toArray();
    if (values.length == 0) {
      Canvas empty = canvas(svg, LEFT, top);
      empty.message("no values");
      return empty.end();
    }
    PlotAxis up =
        scale.around(
            DoubleStream.of(values).min().orElseThrow(),
            DoubleStream.of(values).max().orElseThrow(),
            5);
    Canvas canvas = canvas(svg, Math.max(LEFT, Canvas.roomFor(up)), top);
    PlotAxis across = across();
    canvas.vertical(up, "");
    canvas.horizontal(across, countName);
    for (int i = 0; i < curves.size(); i++) {
      draw(canvas, across, up, i);
    }
    List<double[]> labels = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      mark(canvas, across, up, i, labels);
    }
    return canvas.end();
  }

  private static Canvas canvas(Svg svg, double left, double top) {
    return new Canvas(svg, left, top, WIDTH - left - Canvas.MARGIN, HEIGHT);
  }

  private PlotAxis across() {
    double[] counts = curves.stream().flatMapToDouble(curve -> Arrays.stream(curve.x())).toArray();
    double lowest = DoubleStream.of(counts).min().orElse(0);
    double highest = DoubleStream.of(counts).max().orElse(1);
    return highest > lowest ? scale.exactly(lowest, highest, 8) : scale.around(lowest, highest, 2);
  }

  @Override
  public String description() {
    return curves.stream()
        .map(
            curve ->
                curve.name()
                    + curve.bestPosition().stream()
                        .mapToObj(best -> ": best " + bestText(curve, best))
                        .collect(Collectors.joining()))
        .collect(Collectors.joining("; "));
  }

  private String bestText(Curve curve, int best) {
    return "%s at %s %s"
        .formatted(NumberText.shortOf(curve.y()[best]), count(curve.x()[best]), countName);
  }

  private static String count(double count) {
    return count == Math.rint(count) && Math.abs(count) < 1e15
        ? NumberText.whole((long) count)
        : NumberText.shortOf(count);
  }

  /** The positions of the curves on each line of the legend. */
  private List<List<Integer>> legend() {
    List<List<Integer>> lines = new ArrayList<>();
    double used = Double.POSITIVE_INFINITY;
    for (int i = 0; i < curves.size(); i++) {
      double width = widthOf(entry(i));
      if (used + width > WIDTH - LEFT - Canvas.MARGIN) {
        lines.add(new ArrayList<>());
        used = 0;
      }
      lines.get(lines.size() - 1).add(i);
      used += width;
    }
    return lines;
  }

  private static double widthOf(String entry) {
    return KEY + 8 + Svg.width(entry, Canvas.FONT) + 18;
  }

  private String entry(int index) {
    return Svg.fitted(curves.get(index).name(), 360, Canvas.FONT);
  }

  private void drawLegend(Svg svg, List<List<Integer>> lines) {
    double y = 44;
    for (List<Integer> line : lines) {
      double x = LEFT;
      for (int i : line) {
        svg.element(
                "line",
                "x1",
                x,
                "y1",
                y - 4,
                "x2",
                x + KEY,
                "y2",
                y - 4,
                "stroke",
                Canvas.colour(i),
                "stroke-width",
                "2.5",
                "stroke-dasharray",
                Canvas.dashes(i))
            .text("text", entry(i), "x", x + KEY + 8, "y", y);
        x += widthOf(entry(i));
      }
      y += LEGEND_LINE;
    }
    svg.line();
  }

  private void draw(Canvas canvas, PlotAxis across, PlotAxis up, int index) {
    Curve curve = curves.get(index);
    double[] x = curve.x();
    double[] y = curve.y();
    List<List<double[]>> parts = new ArrayList<>(List.of(new ArrayList<>()));
    for (int i :
        CurvePoints.drawn(x, y, column -> (int) canvas.x(across.share(scale.of(column))))) {
      if (Double.isFinite(scale.of(y[i]))) {
        parts
            .get(parts.size() - 1)
            .add(
                new double[] {
                  canvas.x(across.share(scale.of(x[i]))), canvas.y(up.share(scale.of(y[i])))
                });
      } else {
        parts.add(new ArrayList<>());
      }
    }
    Svg svg = canvas.svg().begin("g", "stroke", Canvas.colour(index), "fill", Canvas.colour(index));
    svg.text("title", curve.name());
    svg.element(
        "path",
        "d",
        parts.stream().map(CurvePlot::line).collect(Collectors.joining()),
        "fill",
        "none",
        "stroke-width",
        "2",
        "stroke-linejoin",
        "round",
        "stroke-linecap",
        "round",
        "stroke-dasharray",
        Canvas.dashes(index));
    parts.stream()
        .filter(part -> x.length <= FEW || part.size() == 1) // a line needs two points
        .flatMap(List::stream)
        .forEach(at -> svg.element("circle", "cx", at[0], "cy", at[1], "r", DOT));
    svg.end().line();
  }

  private static String line(List<double[]> points) {
    return points.stream()
        .map(at -> NumberText.coordinate(at[0]) + " " + NumberText.coordinate(at[1]))
        .collect(Collectors.joining("L", points.isEmpty() ? "" : "M", ""));
  }

  /** Marks the best value; its label is left out where it would cover another one. */
  private void mark(Canvas canvas, PlotAxis across, PlotAxis up, int index, List<double[]> labels) {
    Curve curve = curves.get(index);
    int best = curve.bestPosition().orElse(-1);
    if (best < 0 || !Double.isFinite(scale.of(curve.y()[best]))) {
      return;
    }
    double share = across.share(scale.of(curve.x()[best]));
    double x = canvas.x(share);
    double y = canvas.y(up.share(scale.of(curve.y()[best])));
    String label = NumberText.shortOf(curve.y()[best]);
    boolean isBelow =
        curve.best() == Curve.Best.LOWEST ? y < canvas.top() + HEIGHT - 24 : y < canvas.top() + 16;
    canvas
        .svg()
        .begin("g", "class", "best")
        .text("title", curve.name() + ": best " + bestText(curve, best))
        .element(
            "circle",
            "cx",
            x,
            "cy",
            y,
            "r",
            "5",
            "fill",
            "none",
            "stroke",
            Canvas.colour(index),
            "stroke-width",
            "2");
    double[] at = {x, isBelow ? y + 18 : y - 10};
    if (labels.stream().noneMatch(other -> covers(other, at))) {
      labels.add(at);
      canvas
          .svg()
          .text(
              "text",
              label,
              "x",
              at[0],
              "y",
              at[1],
              "text-anchor",
              share > 0.9 ? "end" : share < 0.1 ? "start" : "middle",
              "font-size",
              Canvas.SMALL,
              "font-weight",
              "600");
    }
    canvas.svg().end().line();
  }

  private static boolean covers(double[] other, double[] at) {
    return Math.abs(other[0] - at[0]) < 48 && Math.abs(other[1] - at[1]) < 13;
  }
}
