package io.ostinato.jobs.watch;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The policy that chooses the next checkpoint. */
enum Policy {
  /** Every checkpoint, in order; waits for older ones that are still being written. */
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
   * The newest complete checkpoint. Older ones are skipped only once it has been evaluated, since
   * that may fail. If the order of checkpoints is unknown, none is skipped for another.
   */
  LATEST {
    @Override
    Optional<CheckpointFile> choose(Scan pending) {
      List<CheckpointFile> complete = pending.complete();
      return complete.isEmpty() ? Optional.empty() : Optional.of(complete.get(complete.size() - 1));
    }

    /** A file written after the evaluation is not skipped: its training has gone back. */
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

  /** Chooses among the complete checkpoints that are not done. */
  final Optional<CheckpointFile> next(Scan scan, Set<CheckpointFile> done) {
    return choose(scan.without(done));
  }

  /** Whether the choice could change once the growing checkpoints are complete. */
  final boolean isOpen(Scan scan, Set<CheckpointFile> done) {
    Optional<CheckpointFile> next = next(scan, done);
    return next.isPresent() && !next.equals(next(scan.ifAllWereComplete(), done));
  }

  /** Chooses among the checkpoints that are not done. */
  abstract Optional<CheckpointFile> choose(Scan pending);

  /** Whether a checkpoint is skipped because the last evaluated checkpoint is newer. */
  abstract boolean isOvertaken(CheckpointFile file, JournalEntry evaluated, CheckpointOrder order);
}
