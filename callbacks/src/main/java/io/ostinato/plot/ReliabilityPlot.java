package io.ostinato.plot;

import java.util.List;

/**
 * A reliability diagram: the accuracy of predictions by their confidence, and the number of rows of
 * each confidence. Perfectly calibrated predictions are on the diagonal (Guo, Pleiss, Sun and
 * Weinberger, On calibration of modern neural networks, 2017).
 *
 * @param bins bins of equal width from 0 to 1, ascending
 */
public record ReliabilityPlot(String title, List<Bin> bins) implements Plot {
  private static final double LEFT = 70;
  private static final double SIDE = 300;
  private static final double ROWS = 70;
  private static final double TOP = 60;

  /**
   * The rows whose confidence is in a bin.
   *
   * @param rows the number of rows
   * @param confidence the mean confidence, from 0 to 1; ignored without rows
   * @param accuracy the share of correct predictions, from 0 to 1; ignored without rows
   */
  public record Bin(long rows, double confidence, double accuracy) {
    public Bin {
      boolean isRight =
          confidence >= 0 && confidence <= 1 && accuracy >= 0 && accuracy <= 1 || rows == 0;
      if (rows < 0 || !isRight) {
        throw new IllegalArgumentException(
            "a bin of %s rows with a mean confidence of %s and an accuracy of %s: rows must not be"
                    .formatted(rows, confidence, accuracy)
                + " negative, the others from 0 to 1");
      }
    }
  }

  public ReliabilityPlot {
    bins = List.copyOf(bins);
  }

  /**
   * Sorts predictions into bins.
   *
   * @param confidences the confidence of each prediction, from 0 to 1
   * @param correct whether each prediction is correct
   * @param bins the number of bins, at least 1; bin m is {@code ((m - 1) / M, m / M]}, and the
   *     first one includes 0
   * @throws IllegalArgumentException if a confidence is out of range, or the lengths differ
   */
  public static ReliabilityPlot of(
      String title, double[] confidences, boolean[] correct, int bins) {
    if (confidences.length != correct.length || bins < 1) {
      throw new IllegalArgumentException(
          "%s confidences and %s predictions in %s bins; give one confidence for each, and 1 bin or more"
              .formatted(confidences.length, correct.length, bins));
    }
    long[] rows = new long[bins];
    long[] hits = new long[bins];
    double[] sums = new double[bins];
    for (int i = 0; i < confidences.length; i++) {
      if (!(confidences[i] >= 0 && confidences[i] <= 1)) {
        throw new IllegalArgumentException(
            "a confidence must be from 0 to 1; given: " + confidences[i]);
      }
      int bin = (int) Math.max(0, Math.min(bins - 1, Math.ceil(confidences[i] * bins) - 1));
      rows[bin]++;
      hits[bin] += correct[i] ? 1 : 0;
      sums[bin] += confidences[i];
    }
    Bin[] all = new Bin[bins];
    for (int bin = 0; bin < bins; bin++) {
      all[bin] =
          rows[bin] == 0
              ? new Bin(0, 0, 0)
              : new Bin(
                  rows[bin], Math.min(1, sums[bin] / rows[bin]), (double) hits[bin] / rows[bin]);
    }
    return new ReliabilityPlot(title, List.of(all));
  }

  /** The expected calibration error: the mean distance to the diagonal, weighted by rows. */
  public double calibrationError() {
    double sum =
        bins.stream()
            .filter(bin -> bin.rows() > 0)
            .mapToDouble(bin -> bin.rows() * Math.abs(bin.accuracy() - bin.confidence()))
            .sum();
    return sum / bins.stream().mapToLong(Bin::rows).sum();
  }

  @Override
  public String svg() {
    Svg svg =
        Canvas.begin(
            title, description(), LEFT + SIDE + Canvas.MARGIN, TOP + SIDE + 12 + ROWS + 48);
    svg.text("text", description(), "x", 12.0, "y", 42.0, "opacity", "0.8");
    PlotAxis share = PlotAxis.exactly(0, 1, 5);
    Canvas diagram = new Canvas(svg, LEFT, TOP, SIDE, SIDE);
    diagram.vertical(share, "accuracy");
    drawBars(diagram);
    svg.element(
        "line",
        "x1",
        diagram.x(0),
        "y1",
        diagram.y(0),
        "x2",
        diagram.x(1),
        "y2",
        diagram.y(1),
        "stroke",
        "currentColor",
        "stroke-dasharray",
        "5 4",
        "stroke-opacity",
        "0.7");
    drawMeans(diagram);
    Canvas counts = new Canvas(svg, LEFT, TOP + SIDE + 12, SIDE, ROWS);
    PlotAxis rows = PlotAxis.ofCounts(bins.stream().mapToLong(Bin::rows).max().orElse(0), 2);
    counts.vertical(rows, "rows");
    drawRows(counts, rows);
    counts.horizontal(share, "confidence");
    return counts.end();
  }

  @Override
  public String description() {
    long rows = bins.stream().mapToLong(Bin::rows).sum();
    return rows == 0
        ? "no rows"
        : "calibration error %s, %s"
            .formatted(NumberText.shortOf(calibrationError()), NumberText.counted(rows, "row"));
  }

  private void drawBars(Canvas canvas) {
    canvas.svg().begin("g", "fill", Canvas.colour(0), "fill-opacity", "0.55");
    for (int i = 0; i < bins.size(); i++) {
      Bin bin = bins.get(i);
      if (bin.rows() > 0) {
        bar(canvas, i, bin.accuracy(), text(i));
      }
    }
    canvas.svg().end().line();
  }

  private void drawMeans(Canvas canvas) {
    canvas.svg().begin("g", "fill", Canvas.colour(1));
    for (Bin bin : bins) {
      if (bin.rows() > 0) {
        canvas
            .svg()
            .element(
                "circle",
                "cx",
                canvas.x(bin.confidence()),
                "cy",
                canvas.y(bin.accuracy()),
                "r",
                "3.5");
      }
    }
    canvas.svg().end().line();
  }

  private void drawRows(Canvas canvas, PlotAxis axis) {
    canvas.svg().begin("g", "fill", "currentColor", "fill-opacity", "0.4");
    for (int i = 0; i < bins.size(); i++) {
      bar(canvas, i, axis.share(bins.get(i).rows()), text(i));
    }
    canvas.svg().end().line();
  }

  private void bar(Canvas canvas, int index, double share, String text) {
    double width = canvas.width() / bins.size();
    double drawn = Math.max(width - 1, width / 2);
    canvas
        .svg()
        .begin(
            "rect",
            "x",
            canvas.left() + index * width + (width - drawn) / 2,
            "y",
            canvas.y(share),
            "width",
            drawn,
            "height",
            share * canvas.height())
        .text("title", text)
        .end();
  }

  private String text(int index) {
    Bin bin = bins.get(index);
    String range =
        "confidence %s to %s: "
            .formatted(
                NumberText.shortOf((double) index / bins.size()),
                NumberText.shortOf((index + 1.0) / bins.size()));
    return bin.rows() == 0
        ? range + "no rows"
        : range
            + "%s, mean confidence %s, accuracy %s"
                .formatted(
                    NumberText.counted(bin.rows(), "row"),
                    NumberText.shortOf(bin.confidence()),
                    NumberText.shortOf(bin.accuracy()));
  }
}
