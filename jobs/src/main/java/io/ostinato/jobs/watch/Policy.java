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
    Optional<CheckpointFile> choose(Scan pending) {
      Optional<CheckpointFile> first = pending.complete().stream().findFirst();
      boolean waits =
          first.isPresent()
              && pending.growing().stream()
                  .anyMatch(file -> pending.order().isOlder(file, first.orElseThrow()));
      return waits ? Optional.empty() : first;
    }

    @Override
    boolean isOvertaken(CheckpointFile file, JournalEntry evaluated, CheckpointOrder order) {
      return false;
    }
  },

  /**
   * The newest of those that are complete. Older ones wait until it is evaluated, since it may turn
   * out that it can't be; then they are skipped. Of several that nothing tells apart none is
   * skipped for another.
   */
  LATEST {
    @Override
    Optional<CheckpointFile> choose(Scan pending) {
      List<CheckpointFile> complete = pending.complete();
      return complete.isEmpty() ? Optional.empty() : Optional.of(complete.get(complete.size() - 1));
    }

    /** What was written after the evaluation is of a training that went back. */
    @Override
    boolean isOvertaken(CheckpointFile file, JournalEntry evaluated, CheckpointOrder order) {
      CheckpointFile newer = evaluated.checkpoint();
      boolean wasThere =
          !file.modified().isAfter(evaluated.time()) || !file.modified().isAfter(newer.modified());
      return wasThere && order.isOlder(file, newer);
    }
  };

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Chooses among what is complete and not done. */
  final Optional<CheckpointFile> next(Scan scan, Set<CheckpointFile> done) {
    return choose(scan.without(done));
  }

  /** Whether the choice would be another if what may still be growing was complete. */
  final boolean isOpen(Scan scan, Set<CheckpointFile> done) {
    Optional<CheckpointFile> next = next(scan, done);
    return next.isPresent() && !next.equals(next(scan.ifAllWereComplete(), done));
  }

  /** Chooses among what is not done. */
  abstract Optional<CheckpointFile> choose(Scan pending);

  /** Whether a checkpoint is skipped since a newer one, the last that was, has been evaluated. */
  abstract boolean isOvertaken(CheckpointFile file, JournalEntry evaluated, CheckpointOrder order);
}
