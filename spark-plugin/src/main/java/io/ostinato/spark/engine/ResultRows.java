package io.ostinato.spark.engine;

import io.ostinato.evaluation.Attempts;
import io.ostinato.evaluation.BatchOutput;
import io.ostinato.evaluation.BatchRunner;
import io.ostinato.evaluation.Coverage;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.evaluation.SkippedRows;
import io.ostinato.evaluation.StagedBatch;
import io.ostinato.spark.data.StoredBatch;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
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
 * @param run receives the rows that a task has run or skipped
 */
record ResultRows(byte[] content, BroadcastWeights weights, RowsDone done, RowsRun run)
    implements FlatMapFunction<Iterator<StoredBatch>, Row> {

  @Override
  public Iterator<Row> call(Iterator<StoredBatch> batches) throws InterruptedException {
    if (!batches.hasNext()) {
      run.ofThisTask(new Coverage(), SkippedRows.NONE);
      return Collections.emptyIterator();
    }
    BatchSteps steps = steps();
    TaskCompletionListener close = task -> steps.close();
    TaskContext.get().addTaskCompletionListener(close);
    return new Rows(batches, steps, new TaskProgress(done), run);
  }

  private BatchSteps steps() throws InterruptedException {
    try {
      return new BatchSteps(SerializedBytes.read(content, PartitionTask.Content.class), weights);
    } catch (RuntimeException | Error e) {
      throw TaskErrorException.toThrow(e);
    }
  }

  /**
   * Evaluates the first batch of a partition that has results, to find their names, types and
   * shapes.
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
        while (batches.hasNext()) {
          steps.run(steps.staging().ahead(batches.next()));
          for (BatchOutput output : steps.runners().get(0).takeOutputs()) {
            if (output.evaluated() > 0) {
              return List.of(encoded(output)).iterator();
            }
          }
        }
        return Collections.emptyIterator();
      } catch (RuntimeException | Error e) {
        throw TaskErrorException.toThrow(e);
      }
    }

    private static byte[] encoded(BatchOutput output) {
      PartOutcome part =
          new PartOutcome(List.of(output), List.of(), new Coverage(), SkippedRows.NONE);
      return OutcomeCodec.encode(
          new PartitionOutcome(List.of(), List.of(part), TaskTimes.NONE, List.of(), Attempts.NONE));
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
      try {
        while (!shown.hasNext() && batches.hasNext()) {
          shown = nextBatch();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the task was interrupted", e);
      } catch (RuntimeException | Error e) {
        throw TaskErrorException.toThrow(e);
      }
      boolean more = shown.hasNext();
      if (!more) {
        BatchRunner runner = steps.runners().get(0);
        run.ofThisTask(runner.coverage(), runner.skipped());
      }
      return more;
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return shown.next();
    }

    private Iterator<Row> nextBatch() throws InterruptedException {
      long start = System.nanoTime();
      StagedBatch staged = steps.staging().ahead(batches.next());
      long began = System.nanoTime();
      long copiedBefore = steps.staging().copyNanos();
      steps.run(staged);
      long copyNanos = steps.staging().copyNanos() - copiedBefore;
      List<BatchOutput> outputs = steps.runners().get(0).takeOutputs();
      outputs.forEach(steps.works().get(0)::checkFinite);
      progress.ran(staged.data().rows());
      TaskTimes times =
          new TaskTimes(
              refreshNanos, began - start + copyNanos, System.nanoTime() - began - copyNanos);
      refreshNanos = 0;
      return rows(outputs, new TaskNotes.Note(times, steps.report())).iterator();
    }

    /** Converts the outputs of a batch to rows; the first row has the note. */
    private static List<Row> rows(List<BatchOutput> outputs, TaskNotes.Note note) {
      List<Row> rows = new ArrayList<>();
      for (BatchOutput output : outputs) {
        if (output.evaluated() > 0) {
          addRows(output, note, rows);
        }
      }
      return rows;
    }

    private static void addRows(BatchOutput output, TaskNotes.Note note, List<Row> rows) {
      List<ResultColumn> columns = ResultColumn.of(output);
      long[] indices = output.indices();
      for (int row = 0; row < indices.length; row++) {
        List<@Nullable Object> values =
            new ArrayList<>(columns.size() + 1 + TaskNotes.FIELDS.size());
        values.add(indices[row]);
        for (int i = 0; i < columns.size(); i++) {
          HostArray array = output.arrays().get(i);
          values.add(columns.get(i).value(array.rows(row, row + 1)));
        }
        values.addAll(rows.isEmpty() ? note.values() : TaskNotes.NOTHING);
        rows.add(RowFactory.create(values.toArray()));
      }
    }
  }
}
