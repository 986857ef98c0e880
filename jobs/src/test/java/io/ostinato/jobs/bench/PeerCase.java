package io.ostinato.jobs.bench;

import java.nio.file.Path;
import java.util.Locale;

/**
 * What all peers evaluate.
 *
 * @param axis what grows: {@link #ROWS} or {@link #MODEL}
 * @param size the number of rows, or the size of the model in MB
 * @param parquet the rows: float32 (784) as {@code x}, int64 as {@code class}
 * @param share of the time for all cases, relative to those of the others
 */
record PeerCase(String axis, int size, Path parquet, int rows, PeerModel model, double share) {
  static final String ROWS = "rows";
  static final String MODEL = "MB of weights";

  /** As in {@code 60,000 rows}. */
  String text() {
    return String.format(Locale.ROOT, "%,d %s", size, axis);
  }
}
