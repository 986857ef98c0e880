package io.ostinato.loss;

import ai.djl.training.loss.Loss;
import java.util.Locale;

/**
 * How a loss is named in keys: DJL's {@code SoftmaxCrossEntropyLoss} is a softmax_cross_entropy.
 */
final class LossName {
  private LossName() {}

  static String of(Loss loss) {
    String name = loss.getName().replaceFirst("Loss$", "");
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
        .toLowerCase(Locale.ROOT);
  }
}
