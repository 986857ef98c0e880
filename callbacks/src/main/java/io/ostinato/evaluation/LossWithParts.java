package io.ostinato.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;

/**
 * A loss that is made of parts with names, which are written one by one: {@code
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
 * <p>The parts have the same names for every batch. Where a part has a weight in the total, write
 * the weight as an array of the part's manager, not as a number, which DJL doesn't keep until the
 * backward pass.
 */
public abstract class LossWithParts extends Loss {

  /** A loss of this name; its metrics are named after the parts. */
  protected LossWithParts(String name) {
    super(name);
  }

  /** The loss of one batch, and the parts it is made of. */
  public abstract LossParts evaluateParts(NDList labels, NDList predictions);

  @Override
  public final NDArray evaluate(NDList labels, NDList predictions) {
    return evaluateParts(labels, predictions).total();
  }
}
