package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;

/**
 * A loss that consists of named parts, each of which is logged separately: {@code
 * loss/online/total/…}, {@code loss/online/reconstruction/…}, {@code loss/online/divergence/…}.
 *
 * <pre>{@code
 * final class Elbo extends LossWithParts {
 *   Elbo() { super("Elbo"); }
 *
 *   @Override
 *   public LossParts evaluateParts(NDList labels, NDList predictions) {
 *     NDArray reconstruction = ...;
 *     NDArray divergence = ...;
 *     return LossParts.sumOf(Map.of("reconstruction", reconstruction, "divergence", divergence));
 *   }
 * }
 * }</pre>
 *
 * <p>The parts must have the same names for every batch. If a part is weighted in the total, use an
 * array of the part's manager as the weight instead of a number, which DJL doesn't keep until the
 * backward pass.
 */
public abstract class LossWithParts extends Loss {

  /** Creates a loss with this name; its metrics are named after the parts. */
  protected LossWithParts(String name) {
    super(name);
  }

  /** Computes the loss of one batch and its parts. */
  public abstract LossParts evaluateParts(NDList labels, NDList predictions);

  @Override
  public final NDArray evaluate(NDList labels, NDList predictions) {
    return evaluateParts(labels, predictions).total();
  }
}
