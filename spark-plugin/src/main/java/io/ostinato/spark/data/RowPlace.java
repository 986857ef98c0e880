package io.ostinato.spark.data;

import io.ostinato.evaluation.Portable;
import org.jspecify.annotations.Nullable;

/** The place of a row, for error messages. Rows are counted from 0 within their partition. */
record RowPlace(int partition, long row) {

  BadRowException refuse(String subject, String problem) {
    return refuse(subject, problem, null);
  }

  /**
   * As {@link #refuse(String, String)}, for an exception thrown for the row; it need not be
   * serializable.
   */
  BadRowException refuse(String subject, Throwable thrown) {
    return refuse(subject, "it failed with " + thrown, Portable.of(thrown));
  }

  private BadRowException refuse(String subject, String problem, @Nullable Throwable cause) {
    return new BadRowException(
        "%s, row %s of partition %s: %s".formatted(subject, row, partition, problem),
        "%s: %s".formatted(subject, problem),
        cause);
  }
}
