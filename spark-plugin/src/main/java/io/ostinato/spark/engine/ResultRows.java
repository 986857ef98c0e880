package io.ostinato.spark.engine;

import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.spark.data.StoredBlock;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Evaluates some partitions on an executor, and gives the results row by row: no more than those of
 * one batch are in memory.
 *
 * @param content a {@link PartitionTask.Content} of one evaluation, as bytes
 */
record ResultRows(byte[] content, BroadcastWeights weights)
    implements FlatMapFunction<Iterator<StoredBlock>, Row> {

  @Override
  public Iterator<Row> call(Iterator<StoredBlock> blocks) throws InterruptedException {
    if (!blocks.hasNext()) {
      return Collections.emptyIterator();
    }
    BatchSteps steps =
        new BatchSteps(SerializedBytes.read(content, PartitionTask.Content.class), weights);
    TaskCompletionListener close = task -> steps.close();
    TaskContext.get().addTaskCompletionListener(close);
    return new Rows(blocks, steps);
  }

  /** The results of the first batch of some partitions, as an outcome; for what they look like. */
  record Probe(byte[] content, BroadcastWeights weights)
      implements FlatMapFunction<Iterator<StoredBlock>, byte[]> {

    @Override
    public Iterator<byte[]> call(Iterator<StoredBlock> blocks) throws InterruptedException {
      if (!blocks.hasNext()) {
        return Collections.emptyIterator();
      }
      try (BatchSteps steps =
          new BatchSteps(SerializedBytes.read(content, PartitionTask.Content.class), weights)) {
        steps.run(steps.stage(blocks.next()));
        PartOutcome part = new PartOutcome(steps.runners().get(0).outputs(), List.of());
        PartitionOutcome outcome =
            new PartitionOutcome(List.of(), List.of(part), TaskTimes.NONE, List.of());
        return List.of(OutcomeCodec.encode(outcome)).iterator();
      }
    }
  }

  private static final class Rows implements Iterator<Row> {
    private final Iterator<StoredBlock> blocks;
    private final BatchSteps steps;
    private Iterator<Row> batch = Collections.emptyIterator();

    Rows(Iterator<StoredBlock> blocks, BatchSteps steps) {
      this.blocks = blocks;
      this.steps = steps;
    }

    @Override
    public boolean hasNext() {
      return batch.hasNext() || blocks.hasNext();
    }

    @Override
    public Row next() {
      if (!batch.hasNext()) {
        try {
          steps.run(steps.stage(blocks.next()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("the task was interrupted", e);
        }
        batch = rows(steps.runners().get(0).takeOutputs().get(0)).iterator();
      }
      return batch.next();
    }

    private static List<Row> rows(BatchOutput output) {
      List<ResultColumn> columns = ResultColumn.of(output);
      List<Row> rows = new ArrayList<>(output.rows());
      for (int row = 0; row < output.rows(); row++) {
        Object[] values = new Object[columns.size() + 1];
        values[0] = output.firstRow() + row;
        for (int i = 0; i < columns.size(); i++) {
          HostArray array = output.arrays().get(i);
          values[i + 1] = columns.get(i).value(array.rows(row, row + 1));
        }
        rows.add(RowFactory.create(values));
      }
      return rows;
    }
  }
}
