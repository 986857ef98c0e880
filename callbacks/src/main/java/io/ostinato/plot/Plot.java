package io.ostinato.plot;

/**
 * A picture of numbers. Immutable.
 *
 * <p>The SVG stands alone in a file or inline in HTML. It has no scripts and refers to nothing
 * outside. Inline, its text has the colour of the text around it; in a file, that of the reader's
 * light or dark mode. Screen readers get its title and a description.
 */
public sealed interface Plot
    permits CurvePlot, ConfusionPlot, ReliabilityPlot, HistogramPlot, PicturePlot {

  /** The title above the picture. */
  String title();

  /** What the picture shows in words, without the title: for screen readers and terminals. */
  String description();

  /** The picture as an element {@code <svg>}, the same for the same numbers. */
  String svg();
}
