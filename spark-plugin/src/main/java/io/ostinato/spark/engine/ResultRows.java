package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.data.StoredBatch;
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
import org.jspecify.annotations.Nullable;

/**
 * Evaluates partitions on an executor and returns the results row by row. Holds the results of at
 * most one batch in memory.
 *
 * @param content a serialized {@link PartitionTask.Content} of one evaluation
 * @param done counts rows for the progress display
 * @param run receives the rows that a task has run
 */
record ResultRows(byte[] content, BroadcastWeights weights, RowsDone done, RowsRun run)
    implements FlatMapFunction<Iterator<StoredBatch>, Row> {

  @Override
  public Iterator<Row> call(Iterator<StoredBatch> batches) throws InterruptedException {
    if (!batches.hasNext()) {
      run.ofThisTask(new Coverage());
      return Collections.emptyIterator();
    }
    BatchSteps steps =
        new BatchSteps(SerializedBytes.read(content, PartitionTask.Content.class), weights);
    TaskCompletionListener close = task -> steps.close();
    TaskContext.get().addTaskCompletionListener(close);
    return new Rows(batches, steps, new TaskProgress(done), run);
  }

  /**
   * Evaluates the first batch of a partition, to find the names, types and shapes of the results.
   */
  record Probe(byte[] content, BroadcastWeights weights)
      implements FlatMapFunction<Iterator<StoredBatch>, byte[]> {

    @Override
    public Iterator<byte[]> call(Iterator<StoredBatch> batches) throws InterruptedException {
      if (!batches.hasNext()) {
        return Collections.emptyIterator();
      }
      try (BatchSteps steps =
          new BatchSteps(SerializedBytes.read(content, PartitionTask.Content.class), weights)) {
        steps.run(steps.stage(batches.next()));
        PartOutcome part =
            new PartOutcome(steps.runners().get(0).outputs(), List.of(), new Coverage());
        PartitionOutcome outcome =
            new PartitionOutcome(
                List.of(), List.of(part), TaskTimes.NONE, List.of(), Attempts.NONE);
        return List.of(OutcomeCodec.encode(outcome)).iterator();
      }
    }
  }

  private static final class Rows implements Iterator<Row> {
    private final Iterator<StoredBatch> batches;
    private final BatchSteps steps;
    private final TaskProgress progress;
    private final RowsRun run;
    private Iterator<Row> shown = Collections.emptyIterator();
    private long refreshNanos;

    Rows(Iterator<StoredBatch> batches, BatchSteps steps, TaskProgress progress, RowsRun run) {
      this.batches = batches;
      this.steps = steps;
      this.progress = progress;
      this.run = run;
      this.refreshNanos = steps.refreshNanos();
    }

    @Override
    public boolean hasNext() {
      boolean more = shown.hasNext() || batches.hasNext();
      if (!more) {
        run.ofThisTask(steps.runners().get(0).coverage());
      }
      return more;
    }

    @Override
    public Row next() {
      if (!shown.hasNext()) {
        try {
          shown = nextBatch();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("the task was interrupted", e);
        }
      }
      return shown.next();
    }

    private Iterator<Row> nextBatch() throws InterruptedException {
      long start = System.nanoTime();
      StagedBatch staged = steps.stage(batches.next());
      long began = System.nanoTime();
      steps.run(staged);
      BatchOutput output = steps.runners().get(0).takeOutputs().get(0);
      steps.works().get(0).checkFinite(output);
      progress.ran(output.rows());
      TaskTimes times = new TaskTimes(refreshNanos, began - start, System.nanoTime() - began);
      refreshNanos = 0;
      return rows(output, new TaskNotes.Note(times, steps.report())).iterator();
    }

    /** Converts an output to rows; the first row has the note. */
    private static List<Row> rows(BatchOutput output, TaskNotes.Note note) {
      List<ResultColumn> columns = ResultColumn.of(output);
      List<Row> rows = new ArrayList<>(output.rows());
      for (int row = 0; row < output.rows(); row++) {
        List<@Nullable Object> values =
            new ArrayList<>(columns.size() + 1 + TaskNotes.FIELDS.size());
        values.add(output.firstRow() + row);
        for (int i = 0; i < columns.size(); i++) {
          HostArray array = output.arrays().get(i);
          values.add(columns.get(i).value(array.rows(row, row + 1)));
        }
        values.addAll(row == 0 ? note.values() : TaskNotes.NOTHING);
        rows.add(RowFactory.create(values.toArray()));
      }
      return rows;
    }
  }
}
