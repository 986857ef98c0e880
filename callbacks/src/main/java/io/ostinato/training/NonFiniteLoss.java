package io.ostinato.training;

/**
 * What to do when the loss of an update, or the norm of its gradient, is not a finite number.
 *
 * @param skipLimit the number of consecutive updates that may be skipped before training fails, at
 *     least 0
 */
public record NonFiniteLoss(int skipLimit) {
  public NonFiniteLoss {
    if (skipLimit < 0) {
      throw new IllegalArgumentException(
          "the number of updates to skip must be at least 0; given: " + skipLimit);
    }
  }

  /** Fails immediately, with an error that names the iteration. */
  public static NonFiniteLoss fail() {
    return new NonFiniteLoss(0);
  }

  /**
   * Makes the update without a step of the optimizer; weights and running statistics don't change.
   * Training fails after more than {@code limit} consecutive updates of this kind.
   */
  public static NonFiniteLoss skipUpTo(int limit) {
    return new NonFiniteLoss(limit);
  }
}
