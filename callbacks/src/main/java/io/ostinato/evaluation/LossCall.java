package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import java.util.ArrayList;
import java.util.List;

/** Evaluates a loss; what goes wrong is told with what it was given. */
public final class LossCall {
  private LossCall() {}

  /**
   * The loss of a batch.
   *
   * @return a single number, the mean over the batch
   * @throws EvaluationException if the loss fails, or gives more than one number; names the loss,
   *     and outputs and targets with their shapes
   */
  public static NDArray mean(Loss loss, NDList targets, NDList outputs) {
    NDArray mean;
    try {
      mean = loss.evaluate(targets, outputs);
    } catch (RuntimeException e) {
      throw new EvaluationException(
          "the loss '%s' failed for %s and %s: %s%s"
              .formatted(
                  loss.getName(),
                  described("output", outputs),
                  described("target", targets),
                  e.getMessage() == null ? e : e.getMessage(),
                  remedy(targets, outputs)),
          Portable.of(e));
    }
    if (mean.size() != 1) {
      throw new EvaluationException(
          "the loss '%s' is %s, and must be a single number, the mean over the batch, as"
                  .formatted(loss.getName(), mean.getShape())
              + " loss.mean() gives");
    }
    return mean;
  }

  private static String remedy(NDList targets, NDList outputs) {
    return outputs.size() == targets.size()
        ? ""
        : "; most losses compare one output with one target: give one that takes all of these";
  }

  /** As in {@code 2 outputs, logits (32, 10), 1 (32, 64)}. */
  private static String described(String noun, NDList arrays) {
    List<String> each = new ArrayList<>();
    for (NDArray array : arrays) {
      each.add(
          "%s %s"
              .formatted(
                  array.getName() == null ? each.size() : array.getName(), array.getShape()));
    }
    return "%s %s%s, %s"
        .formatted(arrays.size(), noun, arrays.size() == 1 ? "" : "s", String.join(", ", each));
  }
}
