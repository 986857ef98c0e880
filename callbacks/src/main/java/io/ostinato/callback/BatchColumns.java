package io.ostinato.callback;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.ostinato.describe.Key;
import io.ostinato.evaluation.EvaluationBatch;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The columns of a dataset that are inputs of the model, and those that the outputs are compared
 * with.
 *
 * @param inputs names of columns; empty for all except the targets
 * @param targets names of columns; empty for the last column
 */
public record BatchColumns(
    @Key(
            value = "The tensors that go into the model.",
            optional = true,
            otherwise = "all except the targets")
        List<String> inputs,
    @Key(
            value = "The tensors that outputs are compared with.",
            optional = true,
            otherwise = "the last one")
        List<String> targets)
    implements Serializable {
  public BatchColumns {
    inputs = List.copyOf(inputs);
    targets = List.copyOf(targets);
  }

  /** The last column as the target, and the others as inputs. */
  public static BatchColumns lastIsTarget() {
    return new BatchColumns(List.of(), List.of());
  }

  /** One input and one target. */
  public static BatchColumns of(String input, String target) {
    return new BatchColumns(List.of(input), List.of(target));
  }

  /**
   * The columns of a batch that go into the model.
   *
   * @throws IllegalArgumentException if the batch has no such columns; lists those it has
   */
  public NDList inputs(EvaluationBatch batch) {
    if (!inputs.isEmpty()) {
      return columns(batch, inputs);
    }
    List<String> notInputs = targetNames(batch);
    return columns(
        batch, batch.names().stream().filter(name -> !notInputs.contains(name)).toList());
  }

  /**
   * The columns of a batch that the outputs are compared with.
   *
   * @throws IllegalArgumentException if the batch has no such columns; lists those it has
   */
  public NDList targets(EvaluationBatch batch) {
    return columns(batch, targetNames(batch));
  }

  /** These settings by name, as {@link Callback#measures} reports them. */
  public Map<String, String> settings() {
    return Map.of("inputs", inputs.toString(), "targets", targets.toString());
  }

  private List<String> targetNames(EvaluationBatch batch) {
    if (!targets.isEmpty()) {
      return targets;
    }
    if (batch.names().size() < 2) {
      throw new IllegalArgumentException(
          "a batch of the column %s has no target; name the inputs and the targets"
              .formatted(batch.names()));
    }
    return batch.names().subList(batch.names().size() - 1, batch.names().size());
  }

  private static NDList columns(EvaluationBatch batch, List<String> names) {
    return new NDList(names.stream().map(batch::get).toArray(NDArray[]::new));
  }
}
