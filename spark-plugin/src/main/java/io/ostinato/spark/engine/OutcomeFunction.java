package io.ostinato.spark.engine;

import io.ostinato.spark.data.StoredBatch;
import java.io.Serializable;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import scala.runtime.AbstractFunction2;

/**
 * A {@link PartitionTask} as Spark calls it. Spark cleans the lambdas of a job: it reads the class
 * files of the code around them, and serializes them once more. It sends an instance of a class as
 * it is.
 */
final class OutcomeFunction
    extends AbstractFunction2<TaskContext, scala.collection.Iterator<StoredBatch>, byte[]>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final PartitionTask task;

  OutcomeFunction(PartitionTask task) {
    this.task = task;
  }

  @Override
  public byte[] apply(TaskContext context, scala.collection.Iterator<StoredBatch> batches) {
    try {
      return task.outcome(new Batches(batches));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the task was interrupted", e);
    }
  }

  private record Batches(scala.collection.Iterator<StoredBatch> batches)
      implements Iterator<StoredBatch> {
    @Override
    public boolean hasNext() {
      return batches.hasNext();
    }

    @Override
    public StoredBatch next() {
      return batches.next();
    }
  }
}
