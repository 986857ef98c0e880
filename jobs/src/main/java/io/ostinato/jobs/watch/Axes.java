package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Assigns each evaluation of a run to an axis. If names contradict each other because their program
 * restarts the count of updates in every epoch, evaluations are counted by lines from the first
 * contradiction on. Not thread-safe.
 */
final class Axes {
  private final Map<String, List<NamedIteration>> byForm = new HashMap<>();
  private final Set<String> contradictory = new HashSet<>();
  private @Nullable Axis main;

  /** The axis of the first evaluation. */
  Axis main() {
    return Objects.requireNonNull(main, "nothing has been evaluated");
  }

  /** The axis of the next evaluation. */
  Axis next(JournalEntry entry) {
    Axis axis = Axis.of(entry);
    if (axis != Axis.LINES && contradicts(entry.checkpoint().iteration().orElseThrow())) {
      axis = Axis.LINES;
    }
    main = main == null ? axis : main;
    return axis;
  }

  private boolean contradicts(NamedIteration named) {
    List<NamedIteration> before = byForm.computeIfAbsent(named.form(), form -> new ArrayList<>());
    if (before.stream().anyMatch(named::contradicts)) {
      contradictory.add(named.form());
    }
    before.add(named);
    return contradictory.contains(named.form());
  }
}
