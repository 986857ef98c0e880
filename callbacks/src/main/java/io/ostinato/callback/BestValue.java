package io.ostinato.callback;

import io.ostinato.metric.Direction;
import io.ostinato.storage.SavedState;
import java.io.Serializable;

/**
 * The best value of a metric so far, and the number of values since then that were not better. An
 * equal value or NaN is not better; NaN never becomes the best. Not thread-safe.
 */
public final class BestValue implements Serializable {
  private static final long serialVersionUID = 1;

  private double best = Double.NaN;
  private long since;

  /**
   * Adds the next value; returns whether it is the best so far.
   *
   * @throws IllegalArgumentException if the direction is neutral
   */
  public boolean improvesWith(double value, Direction direction) {
    if (direction == Direction.NEUTRAL) {
      throw new IllegalArgumentException("a neutral metric has no best value");
    }
    boolean better = direction.isBetter(value, best);
    if (better) {
      best = value;
      since = 0;
    } else {
      since++;
    }
    return better;
  }

  /** The best value; NaN if there is none yet. */
  public double best() {
    return best;
  }

  /** The number of values since the best one. */
  public long since() {
    return since;
  }

  /** Adds this value to a callback's state, under two keys that begin with {@code prefix}. */
  public SavedState saveIn(SavedState state, String prefix) {
    return state.with(prefix + "best", best).with(prefix + "since", since);
  }

  /** Restores this value from a callback's state, as written by {@link #saveIn}. */
  public void restoreFrom(SavedState state, String prefix) {
    best = state.getDouble(prefix + "best");
    since = state.getLong(prefix + "since");
  }
}
