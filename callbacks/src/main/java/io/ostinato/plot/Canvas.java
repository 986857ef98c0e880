package io.ostinato.plot;

import java.util.List;

/**
 * The common parts of plots: the element {@code <svg>} with its title, description and colours, and
 * the area of the plot between its axes.
 *
 * @param svg receives the elements
 * @param left x of the left side of the area
 * @param top y of its top
 * @param width of the area
 * @param height of the area
 */
record Canvas(Svg svg, double left, double top, double width, double height) {
  static final double FONT = 12;
  static final double SMALL = 11;
  private static final double TITLE = 14;
  private static final double TICK = 4;

  /** The room to the right of an area, and between the labels of ticks. */
  static final double MARGIN = 20;

  private static final double GAP = 6;

  /** Colours with a contrast of at least 3 : 1 to both white and black. */
  private static final List<String> COLOURS =
      List.of("#3a7ec2", "#d2691e", "#2e9362", "#a45bb5", "#d3487a", "#8c7a2b", "#5f7f8f");

  private static final List<String> DASHES = List.of("none", "6 3", "2 3", "8 3 2 3");

  /** Rules for a file of its own alone: inline, the text has the colour of the page. */
  private static final String STYLE =
      ".ostinato-plot:root{color:#1f2328;background:#fff}"
          + "@media(prefers-color-scheme:dark){.ostinato-plot:root{color:#e6edf3;background:#0d1117}}";

  /** Begins a picture of this size. */
  static Svg begin(String title, String description, double width, double height) {
    Svg svg =
        new Svg()
            .begin(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "class",
                "ostinato-plot",
                "role",
                "img",
                "aria-label",
                title + ". " + description,
                "viewBox",
                "0 0 %s %s".formatted(NumberText.coordinate(width), NumberText.coordinate(height)),
                "width",
                width,
                "height",
                height,
                "style",
                "max-width:100%;height:auto;direction:ltr",
                "direction",
                "ltr", // or else text is anchored at its other end in a page from right to left
                "font-family",
                "system-ui,sans-serif",
                "font-size",
                FONT,
                "fill",
                "currentColor");
    svg.line().text("title", title).text("desc", description).text("style", STYLE).line();
    return svg.text(
            "text",
            Svg.fitted(title, width - 24, TITLE),
            "x",
            12.0,
            "y",
            22.0,
            "font-size",
            TITLE,
            "font-weight",
            "600")
        .line();
  }

  /** The colour of the series at this position. */
  static String colour(int index) {
    return COLOURS.get(index % COLOURS.size());
  }

  /** The dashes of the series at this position; they differ where colours repeat. */
  static String dashes(int index) {
    return DASHES.get(index / COLOURS.size() % DASHES.size());
  }

  double x(double share) {
    return left + share * width;
  }

  double y(double share) {
    return top + (1 - share) * height;
  }

  /** Draws a horizontal axis. Labels of ticks that would cover others are left out. */
  void horizontal(PlotAxis axis, String label) {
    svg.begin("g", "text-anchor", "middle", "font-size", SMALL);
    double end = 0;
    for (PlotAxis.Tick tick : axis.ticks()) {
      double x = x(axis.share(tick.value()));
      rule(x, top + height, x, top + height + TICK);
      double half = Svg.width(tick.label(), SMALL) / 2 + 1;
      double middle = Math.max(half, Math.min(left + width + MARGIN - half, x));
      if (middle - half >= end) {
        svg.text("text", tick.label(), "x", middle, "y", top + height + TICK + SMALL + 1);
        end = middle + half + GAP;
      }
    }
    rule(left, top + height, left + width, top + height);
    svg.text(
        "text",
        Svg.fitted(label, width, FONT),
        "x",
        left + width / 2,
        "y",
        top + height + 36,
        "font-size",
        FONT);
    svg.end().line();
  }

  /** The room that the labels of a vertical axis need beside the area. */
  static double roomFor(PlotAxis axis) {
    return axis.ticks().stream().mapToDouble(tick -> Svg.width(tick.label(), SMALL)).max().orElse(0)
        + TICK
        + GAP;
  }

  /** Draws a vertical axis with lines across the area. */
  void vertical(PlotAxis axis, String label) {
    svg.begin("g", "text-anchor", "end", "font-size", SMALL);
    for (PlotAxis.Tick tick : axis.ticks()) {
      double y = y(axis.share(tick.value()));
      grid(left, y, left + width, y);
      svg.text("text", tick.label(), "x", left - TICK - 3, "y", y + SMALL / 3);
    }
    svg.end();
    sideways(label, left - 50);
    svg.line();
  }

  /** Writes text from bottom to top, beside the middle of the area. */
  void sideways(String label, double x) {
    double y = top + height / 2;
    svg.text(
        "text",
        Svg.fitted(label, height, FONT),
        "transform",
        "translate(%s %s) rotate(-90)"
            .formatted(NumberText.coordinate(x), NumberText.coordinate(y)),
        "text-anchor",
        "middle");
  }

  /** Writes text in the middle of the area. */
  void message(String text) {
    svg.text(
        "text",
        text,
        "x",
        left + width / 2,
        "y",
        top + height / 2,
        "text-anchor",
        "middle",
        "opacity",
        "0.7");
  }

  /** Ends the picture. */
  String end() {
    return svg.end().line().toString();
  }

  private void grid(double x1, double y1, double x2, double y2) {
    stroke(x1, y1, x2, y2, "0.15");
  }

  private void rule(double x1, double y1, double x2, double y2) {
    stroke(x1, y1, x2, y2, "0.6");
  }

  private void stroke(double x1, double y1, double x2, double y2, String opacity) {
    svg.element(
        "line",
        "x1",
        x1,
        "y1",
        y1,
        "x2",
        x2,
        "y2",
        y2,
        "stroke",
        "currentColor",
        "stroke-opacity",
        opacity);
  }
}
