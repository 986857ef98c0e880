package io.ostinato.jobs.train;

import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.optimizer.Optimizer.OptimizerBuilder;
import ai.djl.training.tracker.Tracker;
import io.ostinato.describe.Checked;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;

/** An optimizer and its settings. */
sealed interface OptimizerConfig extends Checked
    permits OptimizerConfig.Adam,
        OptimizerConfig.AdamW,
        OptimizerConfig.Sgd,
        OptimizerConfig.Nag,
        OptimizerConfig.RmsProp,
        OptimizerConfig.Adagrad {

  /**
   * Creates a new optimizer.
   *
   * @param totalUpdates the number of updates of the whole training
   */
  Optimizer optimizer(int totalUpdates);

  @Override
  default void check() {
    optimizer(Integer.MAX_VALUE);
  }

  /** The settings that all optimizers have. */
  record Rate(
      @Key(value = "Learning rate, or a schedule.", byDefault = "0.001")
          LearningRate learningRate) {
    Tracker tracker(int totalUpdates) {
      return learningRate.tracker(totalUpdates);
    }
  }

  /** L2 regularization: weight decay that is coupled with the gradient. */
  record Decay(
      @Key(
              value =
                  "Weight decay (L2 penalty): this fraction of each weight is added to its"
                      + " gradient.",
              byDefault = "0",
              atLeast = 0)
          double weightDecay) {
    <T extends OptimizerBuilder<T>> T in(T builder) {
      return builder.optWeightDecays((float) weightDecay);
    }
  }

  /** The moment estimates of Adam and its variants. */
  record Moments(
      @Key(
              value = "Decay rate of the first moment estimate.",
              byDefault = "0.9",
              atLeast = 0,
              below = 1)
          double beta1,
      @Key(
              value = "Decay rate of the second moment estimate.",
              byDefault = "0.999",
              atLeast = 0,
              below = 1)
          double beta2,
      @Key(
              value = "Term added to the denominator for numerical stability.",
              byDefault = "1e-8",
              above = 0)
          double epsilon) {}

  /** Adam. */
  @Kind(name = "adam", value = "Adam (Kingma and Ba, 2015).")
  record Adam(@Inline Rate rate, @Inline Moments moments, @Inline Decay decay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return decay
          .in(Optimizer.adam())
          .optLearningRateTracker(rate.tracker(totalUpdates))
          .optBeta1((float) moments.beta1())
          .optBeta2((float) moments.beta2())
          .optEpsilon((float) moments.epsilon())
          .build();
    }
  }

  /** Adam with decoupled weight decay. */
  @Kind(name = "adamw", value = "Adam with decoupled weight decay (Loshchilov and Hutter, 2019).")
  record AdamW(
      @Inline Rate rate,
      @Inline Moments moments,
      @Key(
              value =
                  "Decoupled weight decay: this fraction of each weight, times the learning rate,"
                      + " is subtracted from it.",
              byDefault = "0.01",
              atLeast = 0)
          double weightDecay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return Optimizer.adamW()
          .optWeightDecays((float) weightDecay)
          .optLearningRateTracker(rate.tracker(totalUpdates))
          .optBeta1((float) moments.beta1())
          .optBeta2((float) moments.beta2())
          .optEpsilon((float) moments.epsilon())
          .build();
    }
  }

  /** Stochastic gradient descent. */
  @Kind(name = "sgd", value = "Stochastic gradient descent.")
  record Sgd(
      @Inline Rate rate,
      @Key(
              value = "Momentum: fraction of the previous step that is added to each step.",
              byDefault = "0",
              atLeast = 0,
              below = 1)
          double momentum,
      @Inline Decay decay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return decay
          .in(Optimizer.sgd())
          .setLearningRateTracker(rate.tracker(totalUpdates))
          .optMomentum((float) momentum)
          .build();
    }
  }

  /** Nesterov's accelerated gradient. */
  @Kind(name = "nag", value = "Nesterov's accelerated gradient.")
  record Nag(
      @Inline Rate rate,
      @Key(
              value = "Momentum: fraction of the previous step that is added to each step.",
              byDefault = "0.9",
              atLeast = 0,
              below = 1)
          double momentum,
      @Inline Decay decay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return decay
          .in(Optimizer.nag())
          .setLearningRateTracker(rate.tracker(totalUpdates))
          .setMomentum((float) momentum)
          .build();
    }
  }

  /** RMSProp. */
  @Kind(name = "rmsprop", value = "RMSProp (Tieleman and Hinton, 2012).")
  record RmsProp(
      @Inline Rate rate,
      @Key(
              value = "Decay rate of the mean of squared gradients.",
              byDefault = "0.9",
              atLeast = 0,
              below = 1)
          double rho,
      @Key(
              value = "Term added to the denominator for numerical stability.",
              byDefault = "1e-8",
              above = 0)
          double epsilon,
      @Inline Decay decay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return decay
          .in(Optimizer.rmsprop())
          .optLearningRateTracker(rate.tracker(totalUpdates))
          .optRho((float) rho)
          .optEpsilon((float) epsilon)
          .build();
    }
  }

  /** Adagrad. */
  @Kind(name = "adagrad", value = "Adagrad (Duchi et al., 2011).")
  record Adagrad(
      @Inline Rate rate,
      @Key(
              value = "Term added to the denominator for numerical stability.",
              byDefault = "1e-8",
              above = 0)
          double epsilon,
      @Inline Decay decay)
      implements OptimizerConfig {
    @Override
    public Optimizer optimizer(int totalUpdates) {
      return decay
          .in(Optimizer.adagrad())
          .optLearningRateTracker(rate.tracker(totalUpdates))
          .optEpsilon((float) epsilon)
          .build();
    }
  }
}
