package io.ostinato.storage;

import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of one callback that is saved for a resume: plain values and arrays. Immutable.
 *
 * <p>Numbers are saved as the shortest text that reads back as the same number, including NaN and
 * infinities.
 *
 * @param values plain values by key
 * @param arrays arrays with unique names
 */
public record SavedState(Map<String, String> values, List<HostArray> arrays) {
  private static final SavedState EMPTY = new SavedState(Map.of(), List.of());

  public SavedState {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    arrays = List.copyOf(arrays);
  }

  public static SavedState empty() {
    return EMPTY;
  }

  public SavedState with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(key, value);
    return new SavedState(more, arrays);
  }

  public SavedState with(String key, double value) {
    return with(key, Double.toString(value));
  }

  public SavedState with(String key, long value) {
    return with(key, Long.toString(value));
  }

  public SavedState withArray(HostArray array) {
    List<HostArray> more = new ArrayList<>(arrays);
    more.add(array);
    return new SavedState(values, more);
  }

  /** Finds a value. */
  public Optional<String> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * Returns a value.
   *
   * @throws IllegalArgumentException if it is missing; lists the existing keys
   */
  public String getString(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "the saved state has no value '%s'; it has: %s".formatted(key, values.keySet()));
    }
    return value;
  }

  /**
   * Returns a value as a number.
   *
   * @throws IllegalArgumentException if it is missing or not a number
   */
  public double getDouble(String key) {
    try {
      return Double.parseDouble(getString(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the saved state's '%s' is '%s', which is no number".formatted(key, values.get(key)), e);
    }
  }

  /**
   * Returns a value as a whole number.
   *
   * @throws IllegalArgumentException if it is missing or not a whole number
   */
  public long getLong(String key) {
    try {
      return Long.parseLong(getString(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "the saved state's '%s' is '%s', which is no whole number"
              .formatted(key, values.get(key)),
          e);
    }
  }

  /**
   * Returns an array.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public HostArray getArray(String name) {
    return arrays.stream()
        .filter(array -> array.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the saved state has no array '%s'; it has: %s"
                        .formatted(name, arrays.stream().map(HostArray::name).toList())));
  }
}
