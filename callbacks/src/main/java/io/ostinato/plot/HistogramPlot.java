package io.ostinato.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A histogram, such as that of errors. Zero is marked if it is among the values.
 *
 * @param valueName what the values are, such as {@code error}
 * @param bins the bins, ascending
 * @param leftOut the number of values that are NaN or infinite
 */
public record HistogramPlot(String title, String valueName, List<Bin> bins, long leftOut)
    implements Plot {
  private static final double LEFT = 70;
  private static final double WIDTH = 550;
  private static final double HEIGHT = 220;
  private static final double TOP = 60;
  private static final int FEWEST_BINS = 5;
  private static final int MOST_BINS = 40;

  /**
   * The values from one limit to another.
   *
   * @param from the lower limit
   * @param to the upper limit, included
   */
  public record Bin(double from, double to, long values) {
    public Bin {
      if (!Double.isFinite(from) || !Double.isFinite(to) || from > to || values < 0) {
        throw new IllegalArgumentException(
            "a bin from %s to %s of %s values: limits must be finite and ascending, and the number not negative"
                .formatted(from, to, values));
      }
    }
  }

  /**
   * Creates a plot.
   *
   * @throws IllegalArgumentException if the bins are not ascending
   */
  public HistogramPlot {
    bins = List.copyOf(bins);
    for (int i = 1; i < bins.size(); i++) {
      if (bins.get(i).from() < bins.get(i - 1).to()) {
        throw new IllegalArgumentException(
            "the bin from %s to %s follows one that ends at %s; bins must be ascending"
                .formatted(bins.get(i).from(), bins.get(i).to(), bins.get(i - 1).to()));
      }
    }
  }

  /** Sorts values into 5 to 40 bins of equal width, more for more values. */
  public static HistogramPlot of(String title, String valueName, double... values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).sorted().toArray();
    long leftOut = values.length - finite.length;
    if (finite.length == 0) {
      return new HistogramPlot(title, valueName, List.of(), leftOut);
    }
    double min = finite[0];
    double max = finite[finite.length - 1];
    int count =
        min == max
            ? 1
            : (int) Math.max(FEWEST_BINS, Math.min(MOST_BINS, Math.ceil(Math.sqrt(finite.length))));
    List<Bin> bins = new ArrayList<>();
    int next = 0;
    double from = min;
    for (int bin = 1; bin <= count; bin++) {
      // Not max - min, which can exceed a double.
      double to = bin == count ? max : min / count * (count - bin) + max / count * bin;
      int first = next;
      while (next < finite.length && finite[next] <= to) {
        next++;
      }
      bins.add(new Bin(from, Math.max(from, to), next - first));
      from = Math.max(from, to);
    }
    return new HistogramPlot(title, valueName, bins, leftOut);
  }

  @Override
  public String svg() {
    Svg svg = Canvas.begin(title, description(), LEFT + WIDTH + Canvas.MARGIN, TOP + HEIGHT + 48);
    svg.text("text", description(), "x", 12.0, "y", 42.0, "opacity", "0.8");
    Canvas canvas = new Canvas(svg, LEFT, TOP, WIDTH, HEIGHT);
    if (bins.isEmpty()) {
      canvas.message("no values");
      return canvas.end();
    }
    PlotAxis across = PlotAxis.around(bins.get(0).from(), bins.get(bins.size() - 1).to(), 8);
    PlotAxis up = PlotAxis.ofCounts(bins.stream().mapToLong(Bin::values).max().orElse(0), 5);
    canvas.vertical(up, "values");
    drawBins(canvas, across, up);
    canvas.horizontal(across, valueName);
    double zero = across.share(0);
    if (zero > 0 && zero < 1) {
      svg.element(
          "line",
          "x1",
          canvas.x(zero),
          "y1",
          TOP,
          "x2",
          canvas.x(zero),
          "y2",
          TOP + HEIGHT,
          "stroke",
          Canvas.colour(1),
          "stroke-dasharray",
          "5 4",
          "stroke-width",
          "1.5");
    }
    return canvas.end();
  }

  @Override
  public String description() {
    long all = bins.stream().mapToLong(Bin::values).sum();
    String text =
        bins.isEmpty()
            ? "no values"
            : "%s from %s to %s"
                .formatted(
                    NumberText.counted(all, "value"),
                    NumberText.shortOf(bins.get(0).from()),
                    NumberText.shortOf(bins.get(bins.size() - 1).to()));
    return leftOut == 0
        ? text
        : text
            + ", and %s that %s not finite"
                .formatted(NumberText.whole(leftOut), leftOut == 1 ? "is" : "are");
  }

  private void drawBins(Canvas canvas, PlotAxis across, PlotAxis up) {
    canvas.svg().begin("g", "fill", Canvas.colour(0), "fill-opacity", "0.75");
    for (Bin bin : bins) {
      double from = canvas.x(across.share(bin.from()));
      double to = canvas.x(across.share(bin.to()));
      double share = up.share(bin.values());
      canvas
          .svg()
          .begin(
              "rect",
              "x",
              from == to ? from - 4 : from + 0.5,
              "y",
              canvas.y(share),
              "width",
              from == to ? 8.0 : Math.max(0.5, to - from - 1),
              "height",
              share * canvas.height())
          .text(
              "title",
              "%s to %s: %s"
                  .formatted(
                      NumberText.shortOf(bin.from()),
                      NumberText.shortOf(bin.to()),
                      NumberText.whole(bin.values())))
          .end();
    }
    canvas.svg().end().line();
  }
}
