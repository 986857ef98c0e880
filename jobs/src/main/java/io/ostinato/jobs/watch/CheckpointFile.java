package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file of the watched folder, as listed. Name, size and time together are its identity: a file
 * that is replaced under the same name, with another size or time, is another checkpoint. {@link
 * CheckpointOrder} determines which of two is older.
 *
 * @param bytes the size
 * @param modified the modification time
 */
record CheckpointFile(String name, long bytes, Instant modified) {

  /** The iteration in the name, such as in {@code net-E3_U66_S4224.pt}; empty if there is none. */
  Optional<NamedIteration> iteration() {
    return NamedIteration.findIn(name);
  }
}
