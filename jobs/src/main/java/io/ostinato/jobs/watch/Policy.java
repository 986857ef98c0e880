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
    Choice choose(Scan pending) {
      Optional<CheckpointFile> first = pending.complete().stream().findFirst();
      boolean waits =
          first.isPresent()
              && pending.growing().stream()
                  .anyMatch(file -> pending.order().isOlder(file, first.orElseThrow()));
      return new Choice(waits ? Optional.empty() : first, List.of());
    }
  },

  /**
   * The newest of those that are complete; those that are older are skipped. Of several that
   * nothing tells apart none is skipped for another.
   */
  LATEST {
    @Override
    Choice choose(Scan pending) {
      List<CheckpointFile> complete = pending.complete();
      if (complete.isEmpty()) {
        return new Choice(Optional.empty(), List.of());
      }
      CheckpointFile newest = complete.get(complete.size() - 1);
      return new Choice(
          Optional.of(newest),
          complete.stream().filter(file -> pending.order().isOlder(file, newest)).toList());
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
    return choose(scan.without(done));
  }

  /** Whether the choice would be another if what may still be growing was complete. */
  final boolean isOpen(Scan scan, Set<CheckpointFile> done) {
    Optional<CheckpointFile> next = next(scan, done).next();
    return next.isPresent() && !next.equals(next(scan.ifAllWereComplete(), done).next());
  }

  /** Chooses among what is not done. */
  abstract Choice choose(Scan pending);
}
