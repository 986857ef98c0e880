package io.ostinato.callback;

import io.ostinato.storage.SavedState;

/**
 * A callback with a state that is kept from one update to the next. The state is stored in
 * checkpoints under the callback's name, so that a resumed training continues as if it had not
 * stopped. Stateful callbacks of one training must have different names.
 */
public interface Stateful {

  /** Saves the state, after everything at the current moment has run. */
  SavedState saveState();

  /**
   * Restores a saved state. Called once, before {@link Callback#beforeTraining}.
   *
   * @throws IllegalArgumentException if it is not the state of such a callback
   */
  void restoreState(SavedState state);
}
