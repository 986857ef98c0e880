package io.ostinato.spark.ui;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import java.io.IOException;
import org.apache.spark.SparkContext;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;

/** The parts of the tab that Spark's web UI shows and serves. */
final class SparkTab {
  private static final String PREFIX = "ostinato";

  /** The name of the gauge, whose full name ends in the source and this; the page looks for it. */
  private static final String STATUS = "status";

  private SparkTab() {}

  /** A tab without pages of its own, whose link leads to the static page. */
  private static final class Link extends SparkUITab {
    Link(SparkUI ui) {
      super(ui, PREFIX);
    }
  }

  /**
   * Adds the tab, if the application has a web UI.
   *
   * @throws ReflectiveOperationException if Spark's classes are not as expected
   * @throws IOException if the files of the page are not where the classes are
   */
  static void attach(SparkContext context, EvaluationBoard board)
      throws ReflectiveOperationException, IOException {
    if (context.ui().isEmpty()) {
      return;
    }
    SparkUI ui = context.ui().get();
    MetricRegistry registry = new MetricRegistry();
    registry.register(STATUS, (Gauge<String>) () -> isOfReporter() ? "" : board.json());
    new StaticPage(ui).serve("/" + PREFIX);
    NamedSource.register(registry);
    ui.attachTab(new Link(ui));
  }

  /**
   * Whether a sink that writes all metrics periodically, such as to a file or the log, asks: the
   * status is only for the page. Such sinks have threads of this name.
   */
  private static boolean isOfReporter() {
    return Thread.currentThread().getName().startsWith("metrics-");
  }
}
