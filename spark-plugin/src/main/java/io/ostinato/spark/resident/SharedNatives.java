package io.ostinato.spark.resident;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Objects with native memory that the tasks of this process share, such as tokenizers, by the hash
 * of their content. The most recently used are kept; others are only forgotten, not closed, since a
 * task may still be using one: they must free their memory when they are garbage-collected.
 * Thread-safe.
 */
public final class SharedNatives {
  private static final int MOST = 8;

  private final Map<String, Object> byKey =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
          return size() > MOST;
        }
      };

  SharedNatives() {}

  /**
   * Returns the object with this key, loading it if it isn't kept. Only one is loaded at a time.
   *
   * @param key identifies the content and all settings
   */
  public <T> T get(String key, Class<T> type, Supplier<T> load) {
    synchronized (byKey) {
      T kept = type.cast(byKey.get(key));
      if (kept == null) {
        kept = load.get();
        byKey.put(key, kept);
      }
      return kept;
    }
  }
}
