package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.metric.Metric;
import io.ostinato.metric.MetricStates;
import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs blocks through a loaded model: the innermost step, the same in every engine. All native
 * memory of a batch lives under one manager, closed when the batch is done. With metrics it keeps
 * their states, and gives no arrays. For one thread.
 */
public final class BatchRunner {
  private final EvaluationTag tag;
  private final BatchProcessor processor;
  private final List<MetricStates> states;

  public BatchRunner(
      EvaluationTag tag, BatchProcessor processor, List<? extends Metric<?>> metrics) {
    this.tag = tag;
    this.processor = processor;
    this.states = metrics.isEmpty() ? List.of() : List.of(MetricStates.zero(metrics));
  }

  /** The states of the metrics over all blocks so far; none without metrics. */
  public List<MetricStates> states() {
    return states;
  }

  /**
   * The results of one block.
   *
   * @throws EvaluationException if {@code processData} fails; names callback, iteration, partition
   *     and rows
   */
  public BatchOutput run(DataBlock block, LoadedModel model) {
    try (NDManager scope = model.manager().newSubManager()) {
      NDList results = processor.process(block.toBatch(scope), model.model());
      if (results == null) {
        throw new IllegalStateException("processData returned null instead of a list of arrays");
      }
      if (!states.isEmpty()) {
        states.get(0).update(results);
        return new BatchOutput(block.firstRow(), block.rows(), List.of());
      }
      return new BatchOutput(block.firstRow(), block.rows(), onHost(results));
    } catch (Exception | LinkageError | AssertionError e) {
      throw new EvaluationException(
          "%s failed in processData, partition %d, rows %d to %d: %s"
              .formatted(
                  tag, block.partition(), block.firstRow(), block.firstRow() + block.rows() - 1, e),
          Portable.of(e));
    }
  }

  private static List<HostArray> onHost(NDList results) {
    List<HostArray> arrays = new ArrayList<>(results.size());
    Set<String> names = new HashSet<>();
    for (NDArray array : results) {
      String name = array.getName();
      if (name != null && !names.add(name)) {
        throw new IllegalArgumentException("two results are named '%s'".formatted(name));
      }
      arrays.add(HostArray.copyOf(name == null ? "" : name, array));
    }
    return arrays;
  }
}
