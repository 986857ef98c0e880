package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file of the watched folder, as it was listed. All of it is its identity: a file that is
 * replaced under the same name, with another size or time, is another checkpoint. {@link
 * CheckpointOrder} says which of two is the older one.
 */
record CheckpointFile(String name, long bytes, Instant modified) {

  /** The iteration in the name, as in {@code net-E3_U66_S4224.pt}. */
  Optional<NamedIteration> iteration() {
    return NamedIteration.findIn(name);
  }
}
