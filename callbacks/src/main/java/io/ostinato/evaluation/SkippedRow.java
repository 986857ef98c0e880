package io.ostinato.evaluation;

import java.io.Serializable;

/**
 * A row that an evaluation leaves out of its results; see {@link BadRows}.
 *
 * @param partition the partition the row comes from
 * @param row the index of the row in the dataset
 * @param reason why it can't be read or processed; empty if there are many such rows in the
 *     partition, of which only the first ones keep it
 */
public record SkippedRow(int partition, long row, String reason) implements Serializable {

  /** The same row of a dataset that starts at another index. */
  public SkippedRow moved(long by) {
    return new SkippedRow(partition, row + by, reason);
  }

  /** Such as {@code row 17 (partition 2): column 'x' is null}. */
  @Override
  public String toString() {
    return "row %s (partition %s)%s"
        .formatted(row, partition, reason.isEmpty() ? "" : ": " + reason);
  }
}
