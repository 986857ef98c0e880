package io.ostinato.training;

import io.ostinato.callback.Callback;
import io.ostinato.callback.Stateful;
import io.ostinato.describe.Mistake;
import io.ostinato.describe.Subject;
import io.ostinato.storage.Checkpoint;
import io.ostinato.storage.SavedState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Saves and restores the states of stateful callbacks, by the callbacks' names. */
final class CallbackStates {
  private static final Logger log = LoggerFactory.getLogger(TrainingLoop.class);

  private CallbackStates() {}

  static Map<String, SavedState> of(List<Callback> callbacks) {
    Map<String, SavedState> states = new LinkedHashMap<>();
    for (Callback callback : callbacks) {
      if (callback instanceof Stateful stateful) {
        states.put(callback.name(), stateful.saveState());
      }
    }
    return states;
  }

  /** Restores the callbacks' states; warns of a state without a callback, and vice versa. */
  static void restore(List<Callback> callbacks, Checkpoint checkpoint) {
    Map<String, SavedState> states = new LinkedHashMap<>(checkpoint.states());
    for (Callback callback : callbacks) {
      if (callback instanceof Stateful stateful) {
        SavedState state = states.remove(callback.name());
        if (state == null) {
          log.warn(
              "checkpoint {} has no state of callback '{}', which starts afresh",
              checkpoint.iteration(),
              callback.name());
        } else {
          stateful.restoreState(state);
        }
      }
    }
    states
        .keySet()
        .forEach(
            name ->
                log.warn(
                    "checkpoint {} has the state of a callback '{}', which this training doesn't have",
                    checkpoint.iteration(),
                    name));
  }

  /** Finds stateful callbacks with the same name. */
  static List<TrainingMistake> mistakes(List<Callback> callbacks) {
    Map<String, Callback> named = new HashMap<>();
    List<TrainingMistake> mistakes = new ArrayList<>();
    for (Callback callback : callbacks) {
      if (callback instanceof Stateful) {
        Callback before = named.putIfAbsent(callback.name(), callback);
        if (before != null) {
          mistakes.add(
              TrainingMistake.of(
                  Mistake.of(
                      Subject.callback(callback.name()),
                      "two stateful callbacks are named '%s'".formatted(callback.name()),
                      "give one of them another name"),
                  before,
                  callback));
        }
      }
    }
    return mistakes;
  }
}
