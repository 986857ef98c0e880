package io.ostinato.training;

/**
 * What is done when the loss of an update, or the norm of its gradient, is not a finite number.
 *
 * @param skipLimit how many updates in a row may be skipped before training fails, from 0
 */
public record NonFiniteLoss(int skipLimit) {
  public NonFiniteLoss {
    if (skipLimit < 0) {
      throw new IllegalArgumentException(
          "the number of updates to skip must be at least 0; given: " + skipLimit);
    }
  }

  /** Training fails at once, and says at which iteration. */
  public static NonFiniteLoss fail() {
    return new NonFiniteLoss(0);
  }

  /**
   * The update is made without a step of the optimizer; weights and running statistics stay as they
   * were. More than {@code limit} such updates in a row fail.
   */
  public static NonFiniteLoss skipUpTo(int limit) {
    return new NonFiniteLoss(limit);
  }
}
