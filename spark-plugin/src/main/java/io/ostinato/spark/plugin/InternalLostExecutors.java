package io.ostinato.spark.plugin;

import io.ostinato.spark.status.EvaluationBoard;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;

/**
 * Tells the board of an application which executors have ended, until the application ends. Spark's
 * event listener is a developer API.
 */
final class InternalLostExecutors extends SparkListener {
  private final EvaluationBoard board;

  private InternalLostExecutors(EvaluationBoard board) {
    this.board = board;
  }

  /** Begins to listen, unless it has begun. */
  static void tell(EvaluationBoard board, SparkContext context) {
    if (board.isFirst(InternalLostExecutors.class)) {
      context.addSparkListener(new InternalLostExecutors(board));
    }
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    board.executorLost(removed.executorId());
  }
}
