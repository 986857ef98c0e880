package io.ostinato.storage;

import io.ostinato.weights.HostArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one callback keeps over a resume: plain values, and arrays. Immutable.
 *
 * <p>Numbers are kept as the shortest text that reads back as the same number, NaN and infinities
 * included.
 *
 * @param values by key
 * @param arrays with names that differ
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

  /** A value, if there is one. */
  public Optional<String> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * A value.
   *
   * @throws IllegalArgumentException if there is none; lists those there are
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
   * A number.
   *
   * @throws IllegalArgumentException if there is none, or it is no number
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
   * A whole number.
   *
   * @throws IllegalArgumentException if there is none, or it is no whole number
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
   * An array.
   *
   * @throws IllegalArgumentException if there is none of that name
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
