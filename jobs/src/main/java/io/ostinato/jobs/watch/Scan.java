package io.ostinato.jobs.watch;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The checkpoints found in a listing of the folder.
 *
 * @param complete the checkpoints that can be evaluated, in order
 * @param growing the checkpoints that may still be being written, in order
 * @param order the order of all checkpoints in the folder
 * @param changed whether there is a checkpoint that the previous listing did not have
 */
record Scan(
    List<CheckpointFile> complete,
    List<CheckpointFile> growing,
    CheckpointOrder order,
    boolean changed) {
  Scan {
    complete = List.copyOf(complete);
    growing = List.copyOf(growing);
  }

  Scan ifAllWereComplete() {
    return new Scan(
        order.sort(Stream.concat(complete.stream(), growing.stream())), List.of(), order, changed);
  }

  /**
   * Moves these checkpoints to the growing ones. An empty file without a known writer is dropped:
   * there is nothing to evaluate, unless it is written later.
   */
  Scan whileWritten(Set<CheckpointFile> written) {
    return new Scan(
        complete.stream().filter(file -> file.bytes() > 0 && !written.contains(file)).toList(),
        order.sort(Stream.concat(growing.stream(), written.stream())),
        order,
        changed);
  }

  /** The scan without checkpoints that are done. */
  Scan without(Set<CheckpointFile> done) {
    return new Scan(
        complete.stream().filter(file -> !done.contains(file)).toList(),
        growing.stream().filter(file -> !done.contains(file)).toList(),
        order,
        changed);
  }
}
