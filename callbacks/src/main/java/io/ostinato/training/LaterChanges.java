package io.ostinato.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How callbacks changed the training when past moments were completed: the learning rate, and
 * whether it ends. A checkpoint of an earlier moment needs these changes to resume exactly, since
 * it has the callbacks' states after them. Not thread-safe: used by the training thread only.
 */
final class LaterChanges {
  private static final String PREFIX = "later.";
  private static final String RATE = "rate.";
  private static final String HAS_RATE = "has_rate";
  private static final String STOP = "stop";

  private final List<Change> changes = new ArrayList<>();

  /**
   * A change.
   *
   * @param update the number of updates after which it takes effect
   * @param rate the saved state of the changed learning rate; null if it wasn't changed
   * @param stop the reason to end training; null if it goes on
   */
  record Change(long update, @Nullable Map<String, String> rate, @Nullable String stop) {}

  void add(Change change) {
    changes.add(change);
  }

  /** The changes that take effect after exactly this number of updates. */
  List<Change> at(long update) {
    return changes.stream().filter(change -> change.update() == update).toList();
  }

  /** Whether training will end by one of them. */
  boolean hasStop() {
    return changes.stream().anyMatch(change -> change.stop() != null);
  }

  /** Forgets changes that no checkpoint of a moment from this number of updates on needs. */
  void forgetUpTo(long update) {
    changes.removeIf(change -> change.update() <= update);
  }

  /**
   * Saves the changes that a checkpoint of a moment needs: those that take effect after at least as
   * many updates, since moments are completed after the callbacks of the present one.
   */
  Map<String, String> save(long from) {
    Map<String, String> saved = new LinkedHashMap<>();
    int n = 0;
    for (Change change : changes) {
      if (change.update() >= from) {
        save(PREFIX + n++ + "." + change.update() + ".", change, saved);
      }
    }
    return saved;
  }

  private static void save(String prefix, Change change, Map<String, String> saved) {
    Map<String, String> rate = change.rate();
    if (rate != null) {
      saved.put(prefix + HAS_RATE, "true");
      rate.forEach((key, value) -> saved.put(prefix + RATE + key, value));
    }
    if (change.stop() != null) {
      saved.put(prefix + STOP, change.stop());
    }
  }

  /** Restores the changes that were saved with a checkpoint. */
  void restore(Map<String, String> saved) {
    Map<Integer, Map<String, String>> byNumber = new TreeMap<>();
    saved.forEach(
        (key, value) -> {
          if (key.startsWith(PREFIX)) {
            String[] parts = key.substring(PREFIX.length()).split("\\.", 2);
            byNumber
                .computeIfAbsent(Integer.valueOf(parts[0]), n -> new LinkedHashMap<>())
                .put(parts[1], value);
          }
        });
    byNumber.values().forEach(one -> changes.add(changeOf(one)));
  }

  private static Change changeOf(Map<String, String> saved) {
    String update = saved.keySet().iterator().next().split("\\.", 2)[0];
    String prefix = update + ".";
    Map<String, String> rate = new LinkedHashMap<>();
    saved.forEach(
        (key, value) -> {
          if (key.startsWith(prefix + RATE)) {
            rate.put(key.substring((prefix + RATE).length()), value);
          }
        });
    return new Change(
        Long.parseLong(update),
        saved.containsKey(prefix + HAS_RATE) ? rate : null,
        Optional.ofNullable(saved.get(prefix + STOP)).orElse(null));
  }
}
