package io.ostinato.spark.plugin;

import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.status.EvaluationBoard;
import io.ostinato.spark.ui.ApplicationMetrics;
import io.ostinato.spark.ui.OstinatoTab;
import org.apache.spark.SparkContext;

/** Publishes what the evaluations of an application do, in Spark's metrics and its web UI. */
public final class StatusPublication {
  private StatusPublication() {}

  /**
   * Publishes the status of an application on its driver, unless it is; returns the board on which
   * evaluations report.
   */
  public static EvaluationBoard begin(SparkContext context, OstinatoSettings settings) {
    EvaluationBoard board = ProcessRegistry.ofThisProcess().board(context);
    board.retain(settings.ui().evaluations());
    InternalLostExecutors.tell(board, context);
    ApplicationMetrics.register(board);
    if (settings.ui().isShown()) {
      OstinatoTab.attach(context, board);
    }
    return board;
  }
}
