package io.ostinato.spark.data;

import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.spark.resident.TaskErrorException;
import java.util.Iterator;

/**
 * The batches of one partition as a task reads them. An error of the Java machine, in the query or
 * while rows are decoded, fails the evaluation; Spark would end the process for it. This is done
 * here because Spark reads batches to store them before any other code of the task runs.
 */
final class PartitionBatches implements Iterator<StoredBatch> {
  private final int partition;
  private final Iterator<StoredBatch> batches;
  private long next;

  PartitionBatches(int partition, Iterator<StoredBatch> batches) {
    this.partition = partition;
    this.batches = batches;
  }

  @Override
  public boolean hasNext() {
    try {
      return batches.hasNext();
    } catch (Throwable e) { // including checked exceptions that Spark doesn't declare
      failOnError(e);
      throw e;
    }
  }

  @Override
  public StoredBatch next() {
    try {
      StoredBatch batch = batches.next();
      next += batch.rows();
      return batch;
    } catch (Throwable e) { // including checked exceptions that Spark doesn't declare
      failOnError(e);
      throw e;
    }
  }

  private void failOnError(Throwable thrown) {
    if (thrown instanceof EvaluationException || thrown instanceof MissingClassException) {
      throw TaskErrorException.toThrow(thrown);
    }
    TaskErrorException.failure(
            "partition %s can't be read from row %s on: ".formatted(partition, next), thrown)
        .ifPresent(
            failure -> {
              throw failure;
            });
  }
}
