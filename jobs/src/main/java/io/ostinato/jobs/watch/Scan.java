package io.ostinato.jobs.watch;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a look into the folder showed.
 *
 * @param complete those that can be evaluated, in their order
 * @param growing those that may still be being written, in their order
 * @param order the order of all that are there
 * @param changed whether there is something that the look before did not show
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
   * With these growing. An empty file that nobody is known to write is neither: there is nothing to
   * evaluate yet, and perhaps never will be.
   */
  Scan whileWritten(Set<CheckpointFile> written) {
    return new Scan(
        complete.stream().filter(file -> file.bytes() > 0 && !written.contains(file)).toList(),
        order.sort(Stream.concat(growing.stream(), written.stream())),
        order,
        changed);
  }

  /** Without those that are done. */
  Scan without(Set<CheckpointFile> done) {
    return new Scan(
        complete.stream().filter(file -> !done.contains(file)).toList(),
        growing.stream().filter(file -> !done.contains(file)).toList(),
        order,
        changed);
  }
}
