package io.ostinato.evaluation;

import java.io.Serializable;

/**
 * Rows of one column.
 *
 * @param checksum see {@link io.ostinato.weights.Checksum}
 */
record ColumnRows(long rows, long checksum) implements Serializable {

  ColumnRows plus(ColumnRows other) {
    return new ColumnRows(rows + other.rows, checksum ^ other.checksum);
  }
}
