package io.ostinato.loss;

import ai.djl.training.loss.Loss;
import io.ostinato.describe.Words;
import io.ostinato.evaluation.LossParts;
import io.ostinato.evaluation.LossWithParts;

/**
 * How a loss is named in keys: DJL's {@code SoftmaxCrossEntropyLoss} is a softmax_cross_entropy,
 * and a loss that has parts is the total of them.
 */
final class LossName {
  private LossName() {}

  static String of(Loss loss) {
    if (loss instanceof LossWithParts) {
      return LossParts.TOTAL;
    }
    return Words.snakeCase(loss.getName().replaceFirst("Loss$", ""));
  }

  /** What the whole of a loss, or a part of it, is named in keys. */
  static String of(Loss loss, String part) {
    return part.equals(LossParts.TOTAL) ? of(loss) : part;
  }
}
