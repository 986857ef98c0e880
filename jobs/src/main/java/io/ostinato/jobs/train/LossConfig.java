package io.ostinato.jobs.train;

import ai.djl.training.loss.Loss;
import ai.djl.training.loss.SigmoidBinaryCrossEntropyLoss;
import ai.djl.training.loss.SoftmaxCrossEntropyLoss;
import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.UserClass;
import io.ostinato.evaluation.LossFactory;
import java.util.List;
import java.util.Map;

/** What training makes small: the mean over a batch. */
sealed interface LossConfig extends LossFactory
    permits LossConfig.SoftmaxCrossEntropy,
        LossConfig.SigmoidBinaryCrossEntropy,
        LossConfig.L1,
        LossConfig.L2,
        LossConfig.Hinge,
        LossConfig.OfClass {

  /** Cross entropy of classes. */
  @Kind(
      name = "softmax_cross_entropy",
      value = "The cross entropy of logits (N, classes) and labels, in nats.")
  record SoftmaxCrossEntropy(
      @Key(
              value = "Whether labels are indices of classes, not a number per class.",
              byDefault = "true")
          boolean sparseLabels)
      implements LossConfig {
    @Override
    public Loss get() {
      return new SoftmaxCrossEntropyLoss("SoftmaxCrossEntropyLoss", 1, -1, sparseLabels, true);
    }
  }

  /** Cross entropy of several yes and no. */
  @Kind(
      name = "sigmoid_binary_cross_entropy",
      value = "The cross entropy of logits and labels of 0 or 1, in nats.")
  record SigmoidBinaryCrossEntropy() implements LossConfig {
    @Override
    public Loss get() {
      return new SigmoidBinaryCrossEntropyLoss();
    }
  }

  /** Absolute errors. */
  @Kind(name = "l1", value = "The mean of absolute errors.")
  record L1() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.l1Loss();
    }
  }

  /** Squared errors. */
  @Kind(name = "l2", value = "Half the mean of squared errors, as DJL has it.")
  record L2() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.l2Loss();
    }
  }

  /** A margin. */
  @Kind(name = "hinge", value = "The hinge loss of outputs and labels of -1 or 1.")
  record Hinge() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.hingeLoss();
    }
  }

  /** A user's class. */
  @Kind(
      name = "",
      value =
          "A class on the class path that extends DJL's `Loss`; public, with a public constructor"
              + " without parameters or with a map, the options. It gives the mean over a batch.")
  record OfClass(
      String kind,
      @Key(value = "For the constructor.", optional = true) Map<String, Object> options)
      implements LossConfig, Checked {
    @Override
    public void check() {
      new UserClass(kind, options).check(List.of(), Loss.class);
    }

    @Override
    public Loss get() {
      return new UserClass(kind, options).create(Map.of(), Loss.class);
    }
  }
}
