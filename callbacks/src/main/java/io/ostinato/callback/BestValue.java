package io.ostinato.callback;

import io.ostinato.metric.Direction;
import io.ostinato.storage.SavedState;
import java.io.Serializable;

/**
 * The best value of a metric so far, and how many values have come since that were no better. An
 * equal value is no better, and NaN neither; NaN never becomes the best. Not thread-safe.
 */
public final class BestValue implements Serializable {
  private static final long serialVersionUID = 1;

  private double best = Double.NaN;
  private long since;

  /** Takes the next value; true if it is the best so far. */
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

  /** The best value; NaN before there is one. */
  public double best() {
    return best;
  }

  /** How many values have come since the best one. */
  public long since() {
    return since;
  }

  /** This value in a callback's state, under two keys that begin with {@code prefix}. */
  public SavedState saveIn(SavedState state, String prefix) {
    return state.with(prefix + "best", best).with(prefix + "since", since);
  }

  public void restoreFrom(SavedState state, String prefix) {
    best = state.getDouble(prefix + "best");
    since = state.getLong(prefix + "since");
  }
}
