package io.ostinato.jobs.watch;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which checkpoint is next. */
enum Policy {
  /** Each, in order; one that is complete waits for earlier ones that are still being written. */
  EVERY {
    @Override
    Choice choose(List<CheckpointFile> pending, List<CheckpointFile> growing) {
      Optional<CheckpointFile> first = pending.stream().findFirst();
      boolean waits =
          first.isPresent()
              && growing.stream().anyMatch(file -> file.compareTo(first.orElseThrow()) < 0);
      return new Choice(waits ? Optional.empty() : first, List.of());
    }
  },

  /** The newest of those that are complete; those that are older are skipped. */
  LATEST {
    @Override
    Choice choose(List<CheckpointFile> pending, List<CheckpointFile> growing) {
      if (pending.isEmpty()) {
        return new Choice(Optional.empty(), List.of());
      }
      int last = pending.size() - 1;
      return new Choice(Optional.of(pending.get(last)), pending.subList(0, last));
    }
  };

  /** What to evaluate now, and what never. */
  record Choice(Optional<CheckpointFile> next, List<CheckpointFile> skipped) {}

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Chooses among what is complete and not done. */
  final Choice next(Scan scan, Set<CheckpointFile> done) {
    return choose(
        scan.complete().stream().filter(file -> !done.contains(file)).toList(),
        scan.growing().stream().filter(file -> !done.contains(file)).toList());
  }

  /** Whether the choice would be another if what may still be growing was complete. */
  final boolean isOpen(Scan scan, Set<CheckpointFile> done) {
    Optional<CheckpointFile> next = next(scan, done).next();
    return next.isPresent() && !next.equals(next(scan.ifAllWereComplete(), done).next());
  }

  abstract Choice choose(List<CheckpointFile> pending, List<CheckpointFile> growing);
}
