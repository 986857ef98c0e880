package io.ostinato.jobs.watch;

import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * A file of the watched folder, as it was listed. All of it is its identity: a file that is
 * replaced under the same name, with another size or time, is another checkpoint.
 *
 * <p>Those with an iteration in the name, as in {@code net-E3_U66_S4224.pt}, come first and in the
 * order of their iterations; the others in the order of their times; ties are ordered by name.
 */
record CheckpointFile(String name, long bytes, Instant modified)
    implements Comparable<CheckpointFile> {
  private static final Comparator<CheckpointFile> ORDER =
      Comparator.comparing(
              (CheckpointFile file) -> file.iteration().orElse(null),
              Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(CheckpointFile::modified)
          .thenComparing(CheckpointFile::name)
          .thenComparing(CheckpointFile::bytes);

  /** The iteration in the name. */
  Optional<TrainingIteration> iteration() {
    return TrainingIteration.findIn(name);
  }

  @Override
  public int compareTo(CheckpointFile other) {
    return ORDER.compare(this, other);
  }
}
