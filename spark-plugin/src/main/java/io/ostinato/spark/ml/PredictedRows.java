package io.ostinato.spark.ml;

import ai.djl.ndarray.NDManager;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.Portable;
import io.ostinato.libraries.GradientMode;
import io.ostinato.libraries.Reason;
import io.ostinato.model.EvaluationModel;
import io.ostinato.spark.resident.TaskErrorException;
import io.ostinato.translation.PreparedTranslator;
import io.ostinato.translation.TranslatorSource;
import io.ostinato.weights.WeightSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one partition with their outputs, batch by batch. The model is leased and the
 * translator prepared at the first row; both are released after the last one, or when the task
 * ends.
 *
 * @param <I> type of the inputs
 * @param <O> type of the outputs
 */
final class PredictedRows<I, O> implements Iterator<Row> {
  private final PredictTask.Content task;
  private final TranslatorSource<I, O> translators;
  private final WeightSource weights;
  private final Iterator<Row> rows;
  private final ArrayDeque<Row> ready = new ArrayDeque<>();
  private @Nullable Opened<I, O> opened;
  private long next;

  /** What a partition has from its first row on. */
  private record Opened<I, O>(
      LeasedModel model, PreparedTranslator<I, O> translator, int[] positions) {
    void close() {
      try (model) {
        translator.close();
      }
    }
  }

  PredictedRows(
      PredictTask.Content task,
      TranslatorSource<I, O> translators,
      WeightSource weights,
      Iterator<Row> rows) {
    this.task = task;
    this.translators = translators;
    this.weights = weights;
    this.rows = rows;
  }

  @Override
  public boolean hasNext() {
    boolean hasNext = !ready.isEmpty() || rows.hasNext();
    if (!hasNext) {
      close(); // a task can have more partitions
    }
    return hasNext;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    if (ready.isEmpty()) {
      try {
        predictNext();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EvaluationException("the task of %s was interrupted".formatted(task.stage()), e);
      } catch (RuntimeException | Error e) {
        throw TaskErrorException.toThrow(e);
      }
    }
    return ready.remove();
  }

  private void predictNext() throws InterruptedException {
    List<Row> batch = new ArrayList<>();
    while (batch.size() < task.batchSize() && rows.hasNext()) {
      batch.add(rows.next());
    }
    Opened<I, O> used = opened(batch.get(0));
    List<@Nullable Object> outputs = new ArrayList<>();
    used.model().run(face -> outputs.addAll(outputs(batch, used, face)));
    for (int i = 0; i < batch.size(); i++) {
      ready.add(withOutput(batch.get(i), outputs.get(i)));
    }
    next += batch.size();
  }

  private Opened<I, O> opened(Row first) throws InterruptedException {
    Opened<I, O> known = opened;
    if (known != null) {
      return known;
    }
    LeasedModel model = LeasedModel.of(task, weights);
    try {
      PreparedTranslator<I, O> translator = translators.open(model.manager());
      Opened<I, O> now = new Opened<>(model, translator, task.input().positionsIn(first));
      opened = now;
      TaskCompletionListener close = context -> close();
      TaskContext.get().addTaskCompletionListener(close);
      return now;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private void close() {
    Opened<I, O> last = opened;
    opened = null;
    if (last != null) {
      last.close();
    }
  }

  private List<@Nullable Object> outputs(List<Row> batch, Opened<I, O> used, EvaluationModel face) {
    try (NDManager scope = used.model().manager().newSubManager();
        GradientMode gradients = GradientMode.off()) {
      List<I> inputs = inputs(batch, used, scope);
      try {
        return used.translator()
            .predict(
                inputs, face, (outputs, manager) -> outputs.stream().map(this::valueOf).toList());
      } catch (Exception | LinkageError | AssertionError e) {
        throw failure(inputs, used.translator(), e);
      }
    }
  }

  private @Nullable Object valueOf(@Nullable O output) {
    return task.output().valueOf(output);
  }

  @SuppressWarnings("unchecked") // the form was chosen by the type of the translator's inputs
  private List<I> inputs(List<Row> batch, Opened<I, O> used, NDManager scope) {
    List<I> inputs = new ArrayList<>(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      try {
        inputs.add((I) task.input().read(batch.get(i), used.positions(), scope));
      } catch (IllegalArgumentException e) {
        throw new EvaluationException(
            "%s: column%s '%s', row %s of partition %s: %s"
                .formatted(
                    task.stage(),
                    task.input().columns().names().size() == 1 ? "" : "s",
                    String.join("', '", task.input().columns().names()),
                    next + i,
                    TaskContext.getPartitionId(),
                    e.getMessage()),
            Portable.of(e));
      }
    }
    return inputs;
  }

  /** Names the row that the translator can't process, if there is one. */
  private EvaluationException failure(
      List<I> inputs, PreparedTranslator<I, O> translator, Throwable thrown) {
    for (int i = 0; i < inputs.size(); i++) {
      Optional<Exception> of = translator.failureOf(inputs.get(i));
      if (of.isPresent()) {
        return failed("row %s".formatted(next + i), of.orElseThrow());
      }
    }
    return failed("rows %s to %s".formatted(next, next + inputs.size() - 1), thrown);
  }

  private EvaluationException failed(String place, Throwable thrown) {
    return new EvaluationException(
        "%s failed in %s of partition %s: %s"
            .formatted(
                task.stage(), place, TaskContext.getPartitionId(), Reason.ofAnyBatch(thrown)),
        Portable.of(thrown));
  }

  private static Row withOutput(Row row, @Nullable Object output) {
    @Nullable Object[] values = new Object[row.size() + 1];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    values[row.size()] = output;
    return RowFactory.create(values);
  }
}
