package io.ostinato.tracking;

/** Collects the metrics of one iteration, which are written together at its end. */
public interface LogWriter {

  /**
   * Adds a number to the current record.
   *
   * @param key a key such as {@code accuracy/test}
   * @throws IllegalStateException if the record has that key already; names both writers
   */
  void addScalar(String key, double value);

  /**
   * Shows an image on trackers that support it, such as {@link TensorBoardTracker}; the others, and
   * {@code metrics.jsonl}, ignore it.
   *
   * @param key a key such as {@code reconstructions/test}
   * @throws IllegalStateException if the iteration has an image or a histogram of that key already;
   *     names both writers
   */
  default void addImage(String key, Picture picture) {}

  /**
   * Shows a histogram on trackers that support it; see {@link #addImage}.
   *
   * @throws IllegalStateException if the iteration has an image or a histogram of that key already;
   *     names both writers
   */
  default void addHistogram(String key, Histogram histogram) {}
}
