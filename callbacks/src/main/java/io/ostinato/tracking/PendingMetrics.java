package io.ostinato.tracking;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The metrics of one moment, until they are written as a record. Thread-safe. */
public final class PendingMetrics {
  private record Entry(String writer, double value) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * Creates a writer with this name, which appears in the error for a key that is written twice.
   */
  public LogWriter writerFor(String name) {
    return (key, value) -> add(name, key, value);
  }

  /** The values, in the order they were added; a copy. */
  public synchronized Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    entries.forEach((key, entry) -> values.put(key, entry.value()));
    return Collections.unmodifiableMap(values);
  }

  synchronized void clear() {
    entries.clear();
  }

  private synchronized void add(String writer, String key, double value) {
    Entry earlier = entries.putIfAbsent(key, new Entry(writer, value));
    if (earlier != null) {
      throw new IllegalStateException(
          "'%s' and '%s' both write the metric '%s' at one moment; give one of them another key"
              .formatted(earlier.writer(), writer, key));
    }
  }
}
