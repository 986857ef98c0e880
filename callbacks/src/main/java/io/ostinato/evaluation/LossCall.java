package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import io.ostinato.libraries.Reason;
import java.util.ArrayList;
import java.util.List;

/** Evaluates a loss, and reports failures together with its inputs. */
public final class LossCall {
  private LossCall() {}

  /**
   * Computes the loss of a batch.
   *
   * @return a scalar, the mean over the batch
   * @throws LossException if the loss fails, or it or one of its parts is not a scalar; the message
   *     names the loss, and the outputs and targets with their shapes
   */
  public static NDArray mean(Loss loss, NDList targets, NDList outputs) {
    return parts(loss, targets, outputs).total();
  }

  /**
   * Computes the loss of a batch, with its parts if it has any.
   *
   * @throws LossException as for {@link #mean}
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
        "%s has shape %s for %s and %s, but must be a scalar, the mean over the batch, as returned"
                .formatted(what, shape, described("output", outputs), described("target", targets))
            + " by loss.mean()");
  }

  private static String remedy(NDList targets, NDList outputs) {
    return outputs.size() == targets.size()
        ? ""
        : "; most losses compare one output with one target: use a loss that takes all of these";
  }

  /** A description such as {@code 2 outputs, logits (32, 10), 1 (32, 64)}. */
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
