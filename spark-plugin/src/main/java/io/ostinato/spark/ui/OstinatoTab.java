package io.ostinato.spark.ui;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tab in Spark's web UI. It is a static page, which reads a gauge of the driver from Spark's
 * metrics as JSON: so no class of a servlet is needed, which differ between versions of Spark.
 */
public final class OstinatoTab {
  private static final Logger log = LoggerFactory.getLogger(OstinatoTab.class);
  private static final String PREFIX = "ostinato";

  /** The name of the gauge, of which the page looks for the end. */
  private static final String STATUS = "status";

  private OstinatoTab() {}

  /** A tab without pages of its own, whose link leads to the static page. */
  private static final class Link extends SparkUITab {
    Link(SparkUI ui) {
      super(ui, PREFIX);
    }
  }

  /**
   * Adds the tab to an application's web UI, unless it has it. If there is no UI, or Spark's
   * classes are not as expected, there is no tab; nothing else changes.
   */
  public static void attach(SparkContext context, EvaluationBoard board) {
    if (context.ui().isEmpty() || !board.isFirst(OstinatoTab.class)) {
      return;
    }
    try {
      SparkUI ui = context.ui().get();
      new StaticPage(ui).serve("/" + PREFIX);
      MetricRegistry registry = new MetricRegistry();
      registry.register(STATUS, (Gauge<String>) board::json);
      SparkEnv.get().metricsSystem().registerSource(new NamedSource(registry));
      ui.attachTab(new Link(ui));
    } catch (Exception | LinkageError e) { // Spark throws checked exceptions undeclared
      log.info("Spark's web UI has no tab Ostinato: {}", e.toString());
      log.debug("why there is no tab", e);
    }
  }
}
