package io.ostinato.spark.resident;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * What this process has once for each of its applications, which run one after another. It is let
 * go with its application. Thread-safe.
 */
final class PerApplication<T> {
  private final Supplier<T> first;

  /** Values must not refer to their application, or it would stay in memory. */
  private final Map<Object, T> values = new WeakHashMap<>();

  /**
   * Starts without applications.
   *
   * @param first makes what an application begins with
   */
  PerApplication(Supplier<T> first) {
    this.first = first;
  }

  synchronized T of(Object application) {
    return values.computeIfAbsent(application, key -> first.get());
  }
}
