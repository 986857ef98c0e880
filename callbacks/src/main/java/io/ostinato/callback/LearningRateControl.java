package io.ostinato.callback;

/**
 * Changes the learning rate during training. A change takes effect with the next update, is
 * reflected in {@link TrainingContext#learningRates}, and is stored in checkpoints, so that it
 * survives a resume. If parameters have individual rates, all of them are changed.
 */
public interface LearningRateControl {

  /**
   * Replaces the optimizer's schedule with a fixed rate.
   *
   * @throws IllegalArgumentException if the rate is negative or not finite
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void set(double rate);

  /**
   * Multiplies the rate that is given by the optimizer's schedule or by {@link #set}, in addition
   * to earlier factors.
   *
   * @throws IllegalArgumentException if the factor is negative or not finite
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void multiply(double factor);

  /**
   * Undoes all changes and returns to the optimizer's schedule.
   *
   * @throws IllegalStateException if the optimizer has no learning rate that can be changed
   */
  void followSchedule();
}
