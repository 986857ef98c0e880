package io.ostinato.plot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A confusion matrix: how often each class was predicted for the rows of each class. A row of the
 * matrix is coloured by its shares, so that rare classes can be read as well as frequent ones.
 * Beyond 64 classes, neighbours are summed in blocks.
 *
 * @param counts the number of rows by their class, and by the predicted class
 * @param labels the names of the classes; empty for their numbers
 */
public record ConfusionPlot(String title, List<List<Long>> counts, List<String> labels)
    implements Plot {
  private static final int MOST_CELLS = 64;

  /** Up to this many classes, cells contain their counts. */
  private static final int MOST_NUMBERS = 20;

  /** The opacity of a full cell: text on it has a contrast of 4.5 : 1 on light and dark pages. */
  private static final double STRONGEST = 0.8;

  private static final double LARGEST = 48;
  private static final double AREA = 480;
  private static final double TOP = 40;
  private static final double LONGEST_LABEL = 120;

  /**
   * Creates a plot.
   *
   * @throws IllegalArgumentException if the counts are no square, one is negative, or there are not
   *     as many labels as classes
   */
  public ConfusionPlot {
    counts = counts.stream().map(List::copyOf).toList();
    labels = List.copyOf(labels);
    int classes = counts.size();
    for (List<Long> row : counts) {
      if (row.size() != classes || row.stream().anyMatch(count -> count < 0)) {
        throw new IllegalArgumentException(
            "the counts of %s classes must be as many lists of as many counts, none below 0; given: %s"
                .formatted(classes, row.size() == classes ? row : row.size() + " counts"));
      }
    }
    if (!labels.isEmpty() && labels.size() != classes) {
      throw new IllegalArgumentException(
          "there are %s labels for %s classes".formatted(labels.size(), classes));
    }
  }

  /** Creates a plot from an array whose first index is the class, and the second the prediction. */
  public static ConfusionPlot of(String title, long[][] counts, String... labels) {
    return new ConfusionPlot(
        title,
        Arrays.stream(counts).map(row -> LongStream.of(row).boxed().toList()).toList(),
        List.of(labels));
  }

  @Override
  public String svg() {
    ConfusionPlot drawn = inBlocks();
    List<String> names = drawn.names();
    double size =
        Math.max(Math.min(LARGEST, AREA / Math.max(1, drawn.counts.size())), drawn.widestCount());
    double longest =
        names.stream().mapToDouble(name -> Svg.width(name, Canvas.SMALL)).max().orElse(0);
    double left = 44 + Math.min(LONGEST_LABEL, longest);
    double area = size * drawn.counts.size();
    boolean isUpright = longest > size - 4;
    double below = 40 + (isUpright ? Math.min(LONGEST_LABEL, longest) : Canvas.SMALL);
    Svg svg =
        Canvas.begin(title, description(), Math.max(320, left + area + 20), TOP + area + below);
    Canvas canvas = new Canvas(svg, left, TOP, area, area);
    drawn.drawCells(canvas, size, names);
    drawn.drawNames(canvas, size, names, isUpright);
    canvas.sideways("class", 18);
    svg.text(
        "text",
        "prediction",
        "x",
        left + area / 2,
        "y",
        TOP + area + below - 12,
        "text-anchor",
        "middle");
    return canvas.end();
  }

  @Override
  public String description() {
    long all = counts.stream().mapToLong(ConfusionPlot::sum).sum();
    long hits = IntStream.range(0, counts.size()).mapToLong(i -> counts.get(i).get(i)).sum();
    return all == 0
        ? "No rows"
        : "%s of %s rows are predicted correctly (%s)"
            .formatted(
                NumberText.whole(hits),
                NumberText.whole(all),
                NumberText.percent((double) hits / all));
  }

  /** The room that the largest count needs in a cell, if cells have numbers. */
  private double widestCount() {
    long largest =
        counts.stream().flatMapToLong(row -> row.stream().mapToLong(c -> c)).max().orElse(0);
    return counts.size() > MOST_NUMBERS
        ? 0
        : Svg.width(NumberText.whole(largest), Canvas.SMALL) + 8;
  }

  private void drawCells(Canvas canvas, double size, List<String> names) {
    Svg svg = canvas.svg();
    svg.element(
        "rect",
        "x",
        canvas.left(),
        "y",
        TOP,
        "width",
        canvas.width(),
        "height",
        canvas.height(),
        "fill",
        "none",
        "stroke",
        "currentColor",
        "stroke-opacity",
        "0.4");
    boolean hasNumbers = counts.size() <= MOST_NUMBERS;
    svg.begin("g", "text-anchor", "middle", "font-size", Canvas.SMALL);
    for (int row = 0; row < counts.size(); row++) {
      long sum = sum(counts.get(row));
      for (int column = 0; column < counts.size(); column++) {
        long count = counts.get(row).get(column);
        if (count == 0) {
          continue; // as empty as it is
        }
        double share = (double) count / sum;
        // By the root, or else a few per cent would be invisible.
        double strength = Math.sqrt(share) * STRONGEST;
        double x = canvas.left() + column * size;
        double y = TOP + row * size;
        svg.begin("g")
            .text(
                "title",
                "%s predicted as %s: %s (%s)"
                    .formatted(
                        names.get(row),
                        names.get(column),
                        NumberText.whole(count),
                        NumberText.percent(share)))
            .element(
                "rect",
                "x",
                x,
                "y",
                y,
                "width",
                size,
                "height",
                size,
                "fill",
                Canvas.colour(row == column ? 0 : 1),
                "fill-opacity",
                NumberText.coordinate(strength));
        if (hasNumbers) {
          svg.text(
              "text",
              NumberText.whole(count),
              "x",
              x + size / 2,
              "y",
              y + size / 2 + Canvas.SMALL / 3);
        }
        svg.end();
      }
      svg.line();
    }
    svg.end().line();
  }

  private void drawNames(Canvas canvas, double size, List<String> names, boolean isUpright) {
    int step = (int) Math.max(1, Math.ceil((Canvas.SMALL + 2) / size));
    double below = TOP + canvas.height() + 6;
    canvas.svg().begin("g", "text-anchor", "end", "font-size", Canvas.SMALL);
    for (int i = 0; i < names.size(); i += step) {
      String name = Svg.fitted(names.get(i), LONGEST_LABEL, Canvas.SMALL);
      double middle = (i + 0.5) * size;
      canvas.svg().text("text", name, "x", canvas.left() - 6, "y", TOP + middle + Canvas.SMALL / 3);
      double x = canvas.left() + middle;
      if (isUpright) {
        canvas
            .svg()
            .text(
                "text",
                name,
                "transform",
                "translate(%s %s) rotate(-90)"
                    .formatted(
                        NumberText.coordinate(x + Canvas.SMALL / 3), NumberText.coordinate(below)));
      } else {
        canvas.svg().text("text", name, "x", x, "y", below + Canvas.SMALL, "text-anchor", "middle");
      }
    }
    canvas.svg().end().line();
  }

  private List<String> names() {
    return labels.isEmpty()
        ? IntStream.range(0, counts.size()).mapToObj(Integer::toString).toList()
        : labels;
  }

  /** The same counts with neighbouring classes summed, if there are too many to draw. */
  private ConfusionPlot inBlocks() {
    int classes = counts.size();
    int block = (classes + MOST_CELLS - 1) / MOST_CELLS;
    if (block <= 1) {
      return this;
    }
    int blocks = (classes + block - 1) / block;
    long[][] sums = new long[blocks][blocks];
    List<String> names = names();
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      for (int j = 0; j < classes; j++) {
        sums[i / block][j / block] += counts.get(i).get(j);
      }
      if (i % block == 0) {
        ranges.add(names.get(i) + "–" + names.get(Math.min(i + block, classes) - 1));
      }
    }
    return of(title, sums, ranges.toArray(String[]::new));
  }

  private static long sum(List<Long> row) {
    return row.stream().mapToLong(count -> count).sum();
  }
}
