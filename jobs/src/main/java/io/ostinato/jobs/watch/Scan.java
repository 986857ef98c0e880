package io.ostinato.jobs.watch;

import java.util.List;

/**
 * What a look into the folder showed.
 *
 * @param complete those that can be evaluated, in their order
 * @param growing those that may still be being written, in their order
 * @param changed whether there is something that the look before did not show
 */
record Scan(List<CheckpointFile> complete, List<CheckpointFile> growing, boolean changed) {
  Scan {
    complete = List.copyOf(complete);
    growing = List.copyOf(growing);
  }
}
