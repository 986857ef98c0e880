package io.ostinato.storage;

import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arrays of all callbacks' states as one list; each is named {@code callback|array}. */
final class StateArrays {
  private static final String SEPARATOR = "|";

  private StateArrays() {}

  static List<HostArray> join(Map<String, SavedState> states) {
    List<HostArray> arrays = new ArrayList<>();
    states.forEach(
        (callback, state) ->
            state
                .arrays()
                .forEach(array -> arrays.add(array.named(callback + SEPARATOR + array.name()))));
    return arrays;
  }

  static Map<String, SavedState> split(
      Map<String, Map<String, String>> values, List<HostArray> arrays) {
    Map<String, SavedState> states = new LinkedHashMap<>();
    values.forEach(
        (callback, plain) -> {
          String prefix = callback + SEPARATOR;
          List<HostArray> own =
              arrays.stream()
                  .filter(array -> array.name().startsWith(prefix))
                  .map(array -> array.named(array.name().substring(prefix.length())))
                  .toList();
          states.put(callback, new SavedState(plain, own));
        });
    return states;
  }
}
