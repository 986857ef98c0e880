package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.libraries.DeviceSteps;
import io.ostinato.libraries.DeviceSteps.Step;
import io.ostinato.libraries.GradientMode;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricStates;
import io.ostinato.model.EvaluationModel;
import io.ostinato.model.OutputCopy;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls {@code processData} for one evaluation, identically in every engine, and keeps the results:
 * arrays on the host, or the states of metrics. Rows count only once all of a batch's processing
 * has succeeded. Not thread-safe.
 */
public final class BatchRunner {
  private final EvaluationTag tag;
  private final BatchProcessor processor;
  private final List<? extends Metric<?>> metrics;
  private final BadRows badRows;
  private final List<MetricStates> states;
  private final List<BatchOutput> outputs = new ArrayList<>();
  private final Coverage coverage = new Coverage();
  private SkippedRows skipped = SkippedRows.NONE;

  /**
   * Creates a runner that has no results yet.
   *
   * @param badRows whether rows that can't be read or processed are skipped
   */
  public BatchRunner(
      EvaluationTag tag,
      BatchProcessor processor,
      List<? extends Metric<?>> metrics,
      BadRows badRows) {
    this.tag = tag;
    this.processor = processor;
    this.metrics = List.copyOf(metrics);
    this.badRows = badRows;
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

  /** The rows that were skipped so far. */
  public SkippedRows skipped() {
    return skipped;
  }

  /** Removes and returns the results since the last call. */
  public List<BatchOutput> takeOutputs() {
    List<BatchOutput> taken = List.copyOf(outputs);
    outputs.clear();
    return taken;
  }

  /** Frees what the processor holds; results stay. */
  public void close() {
    processor.close();
  }

  BadRows badRows() {
    return badRows;
  }

  /** Whether the processor declares that its results belong to batches. */
  boolean isOfBatches() {
    return !processor.isRowWise();
  }

  /**
   * Processes rows; all native memory belongs to the batch's scope. Nothing is kept yet.
   *
   * @throws BatchFailure if {@code processData} or a metric fails
   * @throws EvaluationException if the results don't have one element per row as declared
   */
  ProcessedRows process(BatchPart part, EvaluationBatch batch, EvaluationModel model) {
    try (GradientMode gradients = GradientMode.off()) {
      return processed(part, called(batch, model, gradients));
    }
  }

  private ProcessedRows processed(BatchPart part, NDList results) {
    if (processor.isRowWise()) {
      ProcessedRows.checkRows(tag, results, part);
    }
    boolean areOfBatch = isOfBatches() || ProcessedRows.haveScalar(results);
    try {
      return states.isEmpty()
          ? new ProcessedRows(onHost(results), List.of(), areOfBatch)
          : new ProcessedRows(
              List.of(), List.of(MetricStates.zero(metrics).update(results)), areOfBatch);
    } catch (Exception | LinkageError | AssertionError e) {
      throw BatchFailure.ofRows(tag, e);
    }
  }

  private NDList called(EvaluationBatch batch, EvaluationModel model, GradientMode gradients) {
    NDList results;
    boolean left = false;
    try {
      DeviceSteps.begin(Step.PROCESS, batch.rows());
      results = processor.process(batch, model);
    } catch (Exception | LinkageError | AssertionError e) {
      throw BatchFailure.ofRows(tag, e);
    } finally {
      left = gradients.closeCollector();
    }
    if (left) {
      throw wrong("processData left a GradientCollector open; open it with try-with-resources");
    }
    if (results == null) {
      throw wrong("processData returned null instead of a list of arrays");
    }
    return results;
  }

  /** A failure of the code of {@code processData}, which is none of the rows. */
  private BatchFailure wrong(String problem) {
    return BatchFailure.of(tag, new IllegalStateException(problem));
  }

  /**
   * Keeps the results of rows.
   *
   * @param bad the rows of the part that were not processed because they can't be
   * @throws EvaluationException if more rows are skipped than allowed
   */
  void keep(BatchPart part, ProcessedRows results, List<SkippedRow> bad) {
    List<SkippedRow> left = new ArrayList<>(part.data().skipped());
    left.addAll(bad);
    List<Integer> positions =
        left.stream()
            .map(row -> (int) (row.row() - part.batch().firstRow()) - part.from())
            .sorted()
            .toList();
    BatchOutput output =
        new BatchOutput(
            part.batch().firstRow() + part.from(), part.span(), results.arrays(), positions);
    if (states.isEmpty()) {
      outputs.add(output);
    } else {
      results.states().forEach(states.get(0)::merge);
      BatchOutput.cover(outputs, output);
    }
    coverage.add(part.data());
    coverage.skip(left.size());
    skipped = skipped.plus(SkippedRows.of(left));
    badRows.check(tag, skipped);
  }

  private static List<HostArray> onHost(NDList results) {
    List<HostArray> arrays = new ArrayList<>(results.size());
    for (NDArray array : results) {
      arrays.add(OutputCopy.of(array.getName() == null ? "" : array.getName(), array));
    }
    return arrays;
  }
}
