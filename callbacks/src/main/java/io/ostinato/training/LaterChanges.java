package io.ostinato.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final String STOP = "stop";

  /** The number of a change that was not made yet. */
  private static final long PLANNED = Long.MAX_VALUE;

  private final List<Numbered> changes = new ArrayList<>();
  private long made;

  private record Numbered(Change change, long number) {}

  /**
   * A change.
   *
   * @param update the number of updates after which it takes effect
   * @param rate the operations that changed the learning rate, in their order
   * @param stop the reason to end training; null if it goes on
   */
  record Change(long update, List<String> rate, @Nullable String stop) {
    Change {
      rate = List.copyOf(rate);
    }

    boolean isNone() {
      return rate.isEmpty() && stop == null;
    }
  }

  /** Adds a change that has just been made. */
  void addMade(Change change) {
    add(change, ++made);
  }

  /** Adds a change that is to be made when the training has been resumed. */
  void addPlanned(Change change) {
    add(change, PLANNED);
  }

  private void add(Change change, long number) {
    if (!change.isNone()) {
      changes.add(new Numbered(change, number));
    }
  }

  /** The changes to make after this number of updates, which are then made. */
  List<Change> makeAt(long update) {
    List<Change> now = new ArrayList<>();
    changes.replaceAll(
        each -> {
          if (each.number() != PLANNED || each.change().update() != update) {
            return each;
          }
          now.add(each.change());
          return new Numbered(each.change(), ++made);
        });
    return now;
  }

  /** Whether training will end by one of them for this reason. */
  boolean willStop(String reason) {
    return changes.stream()
        .anyMatch(each -> each.number() == PLANNED && reason.equals(each.change().stop()));
  }

  /** Forgets changes that were made, when no earlier moment is incomplete. */
  void forgetMade() {
    changes.removeIf(each -> each.number() != PLANNED);
  }

  /** The number of changes made so far, for {@link #save}. */
  long made() {
    return made;
  }

  /** Saves the changes made after the first {@code before}, and those that are planned. */
  Map<String, String> save(long before) {
    Map<String, String> saved = new LinkedHashMap<>();
    int n = 0;
    for (Numbered each : changes) {
      if (each.number() > before) {
        save(PREFIX + n++ + "." + each.change().update() + ".", each.change(), saved);
      }
    }
    return saved;
  }

  private static void save(String prefix, Change change, Map<String, String> saved) {
    for (int i = 0; i < change.rate().size(); i++) {
      saved.put(prefix + RATE + i, change.rate().get(i));
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
    byNumber.values().forEach(one -> addPlanned(changeOf(one)));
  }

  private static Change changeOf(Map<String, String> saved) {
    String update = saved.keySet().iterator().next().split("\\.", 2)[0];
    String prefix = update + ".";
    List<String> rate = new ArrayList<>();
    while (saved.containsKey(prefix + RATE + rate.size())) {
      rate.add(saved.getOrDefault(prefix + RATE + rate.size(), ""));
    }
    return new Change(Long.parseLong(update), rate, saved.get(prefix + STOP));
  }
}
