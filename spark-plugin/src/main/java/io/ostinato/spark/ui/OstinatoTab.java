package io.ostinato.spark.ui;

import io.ostinato.spark.status.EvaluationBoard;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tab in Spark's web UI. It is a static page, which reads a gauge of the driver from Spark's
 * metrics as JSON: so no class of a servlet is needed, which differ between versions of Spark.
 */
public final class OstinatoTab {
  private static final Logger log = LoggerFactory.getLogger(OstinatoTab.class);

  private OstinatoTab() {}

  /**
   * Adds the tab to an application's web UI, unless it has it. If there is no UI, or Spark's
   * classes are not as expected, there is no tab; nothing else changes.
   */
  public static void attach(SparkContext context, EvaluationBoard board) {
    if (!board.isFirst(OstinatoTab.class)) {
      return;
    }
    try {
      SparkTab.attach(context, board);
    } catch (Exception | LinkageError e) { // Spark throws checked exceptions undeclared
      log.info("Spark's web UI has no tab Ostinato: {}", e.toString());
      log.debug("why there is no tab", e);
    }
  }
}
