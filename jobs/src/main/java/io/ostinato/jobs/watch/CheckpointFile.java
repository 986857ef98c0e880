package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import java.time.Instant;
import java.util.Optional;

/**
 * A file of the watched folder, as listed. Name, size and time together are its identity: a file
 * that is replaced under the same name, with another size or time, is another checkpoint. {@link
 * CheckpointOrder} determines which of two is older.
 *
 * @param name the name; {@code checkpoint-500/model.safetensors} for the weights in a subfolder
 * @param bytes the size
 * @param modified the modification time
 */
record CheckpointFile(String name, long bytes, Instant modified) {

  /**
   * The iteration in the name, such as in {@code net-E3_U66_S4224.pt} or {@code
   * checkpoint-500/model.safetensors}; empty if there is none.
   */
  Optional<NamedIteration> iteration() {
    return NamedIteration.findIn(ownName(name));
  }

  /** The part of a name that is a name in the watched folder: that of a file, or a subfolder. */
  static String ownName(String name) {
    int end = name.indexOf('/');
    return end < 0 ? name : name.substring(0, end);
  }

  /** Whether these are the weights in a subfolder. */
  boolean isInSubfolder() {
    return name.indexOf('/') >= 0;
  }
}
