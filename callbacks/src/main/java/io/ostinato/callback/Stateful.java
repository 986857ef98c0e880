package io.ostinato.callback;

import io.ostinato.storage.SavedState;

/**
 * A callback that remembers something from one update to the next. Its state goes into checkpoints
 * under the callback's name, so that a resumed training goes on as if it had not stopped; two
 * stateful callbacks of one training need different names.
 */
public interface Stateful {

  /** What to remember, after everything at the present moment has run. */
  SavedState saveState();

  /**
   * Takes up what was remembered; called once, before {@link Callback#beforeTraining}.
   *
   * @throws IllegalArgumentException if this is not a state of such a callback
   */
  void restoreState(SavedState state);
}
