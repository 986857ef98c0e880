package io.ostinato.spark.engine;

import io.ostinato.evaluation.EvaluationBatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/**
 * Makes the two tasks of an evaluation run at once. {@code IdleSlots} knows only as many slots as
 * tasks have run at once, and a short task can end before the other begins.
 */
final class TwoTasks {
  private static final CyclicBarrier BOTH = new CyclicBarrier(2);

  private TwoTasks() {}

  /**
   * Lets the first batch of each task wait for that of the other one.
   *
   * @param second the first row of the second task
   */
  static void meet(EvaluationBatch batch, long second) {
    if (batch.firstRow() == 0 || batch.firstRow() == second) {
      try {
        BOTH.await(1, TimeUnit.MINUTES);
      } catch (Exception e) {
        throw new IllegalStateException("the other task hasn't begun", e);
      }
    }
  }
}
