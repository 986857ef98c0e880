package io.ostinato.evaluation;

import ai.djl.training.loss.Loss;
import java.io.Serializable;
import java.util.function.Supplier;

/**
 * Creates a loss, on the driver and on executors; for example {@code
 * Loss::softmaxCrossEntropyLoss}. The loss of a batch must be a scalar, the mean over its samples.
 */
@FunctionalInterface
public interface LossFactory extends Supplier<Loss>, Serializable {}
