package io.ostinato.spark.data;

import io.ostinato.evaluation.BadRows;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.evaluation.SkippedRow;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;

/**
 * The rows of one partition that can't be turned into tensors. Depending on the policy, the first
 * one is an error, or they are collected batch by batch. Not thread-safe.
 */
final class PartitionSkips {
  /** How many rows of a partition keep their reason. */
  private static final int MOST_REASONS = SkippedRows.MOST_NAMED;

  private final BadRows policy;
  private final List<String> first = new ArrayList<>();
  private final List<SkippedRow> ofBatch = new ArrayList<>();
  private long count;

  PartitionSkips(BadRows policy) {
    this.policy = policy;
  }

  /**
   * Skips a row of the current batch.
   *
   * @param failure why it can't be turned into tensors; thrown if rows are not skipped
   * @throws EvaluationException if more rows are skipped than allowed
   */
  void skip(RowPlace place, RuntimeException failure) {
    if (!policy.areSkipped() || isOfNoRow(failure) || isEnding(failure)) {
      throw failure;
    }
    String reason =
        failure instanceof BadRowException bad ? bad.reason() : "it failed with " + failure;
    SkippedRow row =
        new SkippedRow(place.partition(), place.row(), count < MOST_REASONS ? reason : "");
    if (count < MOST_REASONS) {
      first.add("row %s of partition %s: %s".formatted(place.row(), place.partition(), reason));
    }
    ofBatch.add(row);
    count++;
    policy
        .problemOf(count, String.join("; ", first))
        .ifPresent(
            problem -> {
              throw new EvaluationException(problem);
            });
  }

  /** Whether any other row would fail in the same way, such as for a missing class. */
  private static boolean isOfNoRow(RuntimeException failure) {
    return failure instanceof MissingClassException
        || failure instanceof EvaluationException && !(failure instanceof BadRowException);
  }

  /** Whether the row failed because of the task or the Java machine rather than by itself. */
  private static boolean isEnding(RuntimeException failure) {
    TaskContext task = TaskContext.get();
    return failure.getCause() instanceof InterruptedException
        || TaskErrorException.isIn(failure)
        || Thread.currentThread().isInterrupted()
        || task != null && task.isInterrupted();
  }

  /** Removes and returns the rows of the current batch, in ascending order; another one begins. */
  List<SkippedRow> endBatch() {
    List<SkippedRow> skipped = List.copyOf(ofBatch);
    ofBatch.clear();
    return skipped;
  }
}
