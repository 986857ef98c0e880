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

/** The loss to minimise: the mean over a batch. */
sealed interface LossConfig extends LossFactory
    permits LossConfig.SoftmaxCrossEntropy,
        LossConfig.SigmoidBinaryCrossEntropy,
        LossConfig.L1,
        LossConfig.L2,
        LossConfig.Hinge,
        LossConfig.OfClass {

  /** Softmax cross entropy. */
  @Kind(
      name = "softmax_cross_entropy",
      value = "Cross entropy of logits (N, classes) and labels, in nats.")
  record SoftmaxCrossEntropy(
      @Key(
              value = "Whether labels are class indices; otherwise they have one number per class.",
              byDefault = "true")
          boolean sparseLabels)
      implements LossConfig {
    @Override
    public Loss get() {
      return new SoftmaxCrossEntropyLoss("SoftmaxCrossEntropyLoss", 1, -1, sparseLabels, true);
    }
  }

  /** Binary cross entropy of independent labels. */
  @Kind(
      name = "sigmoid_binary_cross_entropy",
      value = "Binary cross entropy of logits and labels of 0 or 1, in nats.")
  record SigmoidBinaryCrossEntropy() implements LossConfig {
    @Override
    public Loss get() {
      return new SigmoidBinaryCrossEntropyLoss();
    }
  }

  /** The mean absolute error. */
  @Kind(name = "l1", value = "Mean absolute error.")
  record L1() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.l1Loss();
    }
  }

  /** Half the mean squared error. */
  @Kind(name = "l2", value = "Half the mean squared error, as defined by DJL.")
  record L2() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.l2Loss();
    }
  }

  /** The hinge loss. */
  @Kind(name = "hinge", value = "Hinge loss of outputs and labels of -1 or 1.")
  record Hinge() implements LossConfig {
    @Override
    public Loss get() {
      return Loss.hingeLoss();
    }
  }

  /** A loss of a user's class. */
  @Kind(
      name = "",
      value =
          "A public class on the class path that extends DJL's `Loss`. Its public constructor takes"
              + " no parameters, or the options as a map. It must return the mean over a batch.")
  record OfClass(
      String kind,
      @Key(value = "Options for the constructor.", optional = true) Map<String, Object> options)
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
