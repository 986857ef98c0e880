package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.libraries.GradientMode;
import io.ostinato.libraries.Reason;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricStates;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.OutputCopy;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls {@code processData} for one evaluation, identically in every engine, and keeps the results:
 * arrays on the host, or the states of metrics. Not thread-safe.
 */
public final class BatchRunner {
  private final EvaluationTag tag;
  private final BatchProcessor processor;
  private final List<MetricStates> states;
  private final List<BatchOutput> outputs = new ArrayList<>();
  private final Coverage coverage = new Coverage();

  public BatchRunner(
      EvaluationTag tag, BatchProcessor processor, List<? extends Metric<?>> metrics) {
    this.tag = tag;
    this.processor = processor;
    this.states = metrics.isEmpty() ? List.of() : List.of(MetricStates.zero(metrics));
  }

  /** Identifies the evaluation. */
  public EvaluationTag tag() {
    return tag;
  }

  /** The states of the metrics over all batches so far; empty without metrics. */
  public List<MetricStates> states() {
    return states;
  }

  /** The results so far, in the order of the batches; with metrics, only the rows they cover. */
  public List<BatchOutput> outputs() {
    return List.copyOf(outputs);
  }

  /** The rows that were run so far. */
  public Coverage coverage() {
    return coverage;
  }

  /** Removes and returns the results since the last call. */
  public List<BatchOutput> takeOutputs() {
    List<BatchOutput> taken = List.copyOf(outputs);
    outputs.clear();
    return taken;
  }

  /** Runs one batch; all native memory belongs to the batch's scope. */
  void run(DataBatch data, EvaluationBatch batch, EvaluationModel model) {
    try (GradientMode gradients = GradientMode.off()) {
      NDList results = process(batch, model, gradients);
      if (states.isEmpty()) {
        outputs.add(new BatchOutput(data.firstRow(), data.rows(), onHost(results)));
      } else {
        states.get(0).update(results);
        cover(data);
      }
    } catch (Exception | LinkageError | AssertionError e) {
      String problem =
          "partition %s, rows %s to %s: %s"
              .formatted(
                  data.partition(),
                  data.firstRow(),
                  data.firstRow() + data.rows() - 1,
                  Reason.of(e));
      throw new EvaluationException(
          tag, tag + " failed in processData, " + problem, problem, Portable.of(e));
    }
    coverage.add(data);
  }

  private NDList process(EvaluationBatch batch, EvaluationModel model, GradientMode gradients)
      throws Exception {
    NDList results;
    boolean left = false;
    try {
      results = processor.process(batch, model);
    } finally {
      left = gradients.closeCollector();
    }
    if (left) {
      throw new IllegalStateException(
          "processData left a GradientCollector open; open it with try-with-resources");
    }
    if (results == null) {
      throw new IllegalStateException("processData returned null instead of a list of arrays");
    }
    return results;
  }

  /** Records the rows of a batch; consecutive rows share an entry. */
  private void cover(DataBatch batch) {
    int last = outputs.size() - 1;
    if (last >= 0) {
      BatchOutput before = outputs.get(last);
      long rows = (long) before.rows() + batch.rows();
      if (before.firstRow() + before.rows() == batch.firstRow() && rows <= Integer.MAX_VALUE) {
        outputs.set(last, new BatchOutput(before.firstRow(), (int) rows, List.of()));
        return;
      }
    }
    outputs.add(new BatchOutput(batch.firstRow(), batch.rows(), List.of()));
  }

  private static List<HostArray> onHost(NDList results) {
    List<HostArray> arrays = new ArrayList<>(results.size());
    for (NDArray array : results) {
      arrays.add(OutputCopy.of(array.getName() == null ? "" : array.getName(), array));
    }
    return arrays;
  }
}
