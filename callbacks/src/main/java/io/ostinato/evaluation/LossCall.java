package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.ostinato.libraries.Reason;
import java.util.ArrayList;
import java.util.List;

/** Evaluates a loss; what goes wrong is told with what it was given. */
public final class LossCall {
  private LossCall() {}

  /**
   * The loss of a batch.
   *
   * @return a single number, the mean over the batch
   * @throws LossException if the loss fails, or it or one of its parts is no single number; names
   *     the loss, and outputs and targets with their shapes
   */
  public static NDArray mean(Loss loss, NDList targets, NDList outputs) {
    return parts(loss, targets, outputs).total();
  }

  /**
   * The loss of a batch, and its parts if it has some.
   *
   * @throws LossException as {@link #mean} does
   */
  public static LossParts parts(Loss loss, NDList targets, NDList outputs) {
    LossParts parts;
    try {
      parts = LossParts.of(loss, targets, outputs);
    } catch (RuntimeException e) {
      throw new LossException(
          "the loss '%s' failed for %s and %s: %s%s"
              .formatted(
                  loss.getName(),
                  described("output", outputs),
                  described("target", targets),
                  Reason.of(e),
                  remedy(targets, outputs)),
          Portable.of(e));
    }
    parts
        .all()
        .forEach(
            (name, number) -> {
              if (number.size() != 1) {
                throw noNumber(
                    name.equals(LossParts.TOTAL)
                        ? "the loss '%s'".formatted(loss.getName())
                        : "the part '%s' of the loss '%s'".formatted(name, loss.getName()),
                    number.getShape(),
                    targets,
                    outputs);
              }
            });
    return parts;
  }

  private static LossException noNumber(String what, Shape shape, NDList targets, NDList outputs) {
    return new LossException(
        "%s is %s for %s and %s, and must be a single number, the mean over the batch, as"
                .formatted(what, shape, described("output", outputs), described("target", targets))
            + " loss.mean() gives");
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
