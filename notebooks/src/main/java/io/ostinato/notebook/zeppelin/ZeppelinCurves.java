package io.ostinato.notebook.zeppelin;

import io.ostinato.notebook.display.GrowingCurves;
import io.ostinato.notebook.display.Html;
import io.ostinato.notebook.display.LiveOutput;
import io.ostinato.plot.Plot;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.MetricsRecord;
import io.ostinato.tracking.RunInfo;
import io.ostinato.tracking.Tracker;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Shows curves of metrics that grow while a training runs in a paragraph of Zeppelin. They replace
 * what the paragraph has shown before. Spark's own shell, which can't replace outputs, prints them
 * when the training has ended. Not thread-safe.
 */
public final class ZeppelinCurves implements Tracker {
  private final Paragraph paragraph;
  private final GrowingCurves curves;

  ZeppelinCurves(List<String> keys, MetricProperties properties, Paragraph paragraph, Clock clock) {
    this.paragraph = paragraph;
    this.curves = new GrowingCurves(keys, properties, new Output(paragraph), clock);
  }

  /**
   * Shows metrics in the paragraph that is running; the best value of each is marked if its key
   * says which values are better.
   *
   * @param keys the keys of the metrics, such as {@code accuracy/test}
   * @throws IllegalArgumentException if there are none
   */
  public static ZeppelinCurves display(String... keys) {
    return display(MetricProperties.defaults(), keys);
  }

  /**
   * Like {@link #display(String...)}.
   *
   * @param properties decide which values of a metric are better
   */
  public static ZeppelinCurves display(MetricProperties properties, String... keys) {
    return new ZeppelinCurves(List.of(keys), properties, Paragraph.running(), Clock.systemUTC());
  }

  @Override
  public void start(RunInfo run) {
    curves.start(run);
  }

  @Override
  public void log(MetricsRecord record) {
    curves.log(record);
  }

  @Override
  public void close() {
    curves.close();
    paragraph.end();
  }

  /** All plots, one below the other, as one output. */
  private static final class Output implements LiveOutput<Plot> {
    private final Paragraph paragraph;
    private final Map<String, Plot> plots = new LinkedHashMap<>();

    Output(Paragraph paragraph) {
      this.paragraph = paragraph;
    }

    @Override
    public String show(Plot plot) {
      String id = Integer.toString(plots.size());
      update(id, plot);
      return id;
    }

    @Override
    public void update(String id, Plot plot) {
      plots.put(id, plot);
      paragraph.show(
          Html.toZeppelin(
              plots.values().stream()
                  .map(each -> "<div>" + each.svg() + "</div>")
                  .collect(Collectors.joining("\n"))));
    }
  }
}
