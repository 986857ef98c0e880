package io.ostinato.callback;

/**
 * Changes the learning rate while training goes on. A change holds from the next update on, is part
 * of {@link TrainingContext#learningRates}, and is kept in checkpoints: a training that is resumed
 * goes on with it. Where parameters have rates of their own, all are changed.
 */
public interface LearningRateControl {

  /**
   * Replaces the optimizer's schedule by this rate.
   *
   * @throws IllegalArgumentException if the rate is negative or not finite
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void set(double rate);

  /**
   * Multiplies what the optimizer's schedule gives, or {@link #set} has set, on top of earlier
   * factors; 0.1 is a tenth.
   *
   * @throws IllegalArgumentException if the factor is negative or not finite
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void multiply(double factor);

  /**
   * Undoes all changes: the optimizer's schedule alone decides again.
   *
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void followSchedule();
}
