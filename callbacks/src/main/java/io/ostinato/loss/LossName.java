package io.ostinato.loss;

import ai.djl.training.loss.Loss;
import io.ostinato.describe.Words;
import io.ostinato.evaluation.LossParts;
import io.ostinato.evaluation.LossWithParts;

/**
 * The name of a loss in metric keys: DJL's {@code SoftmaxCrossEntropyLoss} is {@code
 * softmax_cross_entropy}, and a loss with parts is {@value LossParts#TOTAL}.
 */
final class LossName {
  private LossName() {}

  static String of(Loss loss) {
    if (loss instanceof LossWithParts) {
      return LossParts.TOTAL;
    }
    return Words.snakeCase(loss.getName().replaceFirst("Loss$", ""));
  }

  /** The name of the total loss, or of a part of it, in metric keys. */
  static String of(Loss loss, String part) {
    return part.equals(LossParts.TOTAL) ? of(loss) : part;
  }
}
