package io.ostinato.notebook.jupyter;

import io.ostinato.notebook.display.GrowingCurves;
import io.ostinato.tracking.MetricProperties;
import io.ostinato.tracking.Tracker;
import java.time.Clock;
import java.util.List;

/** Shows curves of metrics in the output of a Jupyter cell, in place, while a training runs. */
public final class NotebookCurves {
  private NotebookCurves() {}

  /**
   * Shows metrics, each in an output of its own; the best value of each is marked if its key says
   * which values are better.
   *
   * @param keys the keys of the metrics, such as {@code accuracy/test}
   * @throws IllegalArgumentException if there are none
   */
  public static Tracker display(String... keys) {
    return display(MetricProperties.defaults(), keys);
  }

  /**
   * Like {@link #display(String...)}.
   *
   * @param properties decide which values of a metric are better
   */
  public static Tracker display(MetricProperties properties, String... keys) {
    return new GrowingCurves(List.of(keys), properties, new CellOutput<>(), Clock.systemUTC());
  }
}
