package io.ostinato.stopping;

import io.ostinato.callback.Callback;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.schedule.TrainingLength;
import io.ostinato.schedule.UpdateCounter;
import java.io.Serializable;

/**
 * Ends training at a fixed point before its full length, without affecting anything that depends on
 * the length, such as a learning rate schedule. A run that is resumed at or after that point trains
 * nothing.
 */
@Kind(
    name = "fixed_early_stopper",
    value = "Stops training before its full length, without affecting schedules that depend on it.")
public final class FixedEarlyStopper extends Callback {
  private static final long serialVersionUID = 1;

  private final Config config;

  /** The settings of the callback: the epochs, updates or samples after which training ends. */
  public record Config(@Key("When to stop.") TrainingLength after) implements Serializable {}

  public FixedEarlyStopper(Config config) {
    super("fixed_early_stopper");
    this.config = config;
  }

  @Override
  public void beforeTraining(UpdateCounter at) {
    stopIfReached(at);
  }

  @Override
  public void afterUpdate(UpdateCounter at) {
    stopIfReached(at);
  }

  private void stopIfReached(UpdateCounter at) {
    if (at.current().update() >= config.after().end(at.epochSize()).update()) {
      context().stop("configured to stop after " + config.after());
    }
  }
}
