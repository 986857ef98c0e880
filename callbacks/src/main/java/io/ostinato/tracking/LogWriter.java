package io.ostinato.tracking;

/** Takes the metrics of one moment; they are written together when the moment is over. */
public interface LogWriter {

  /**
   * Adds a number to the record of this moment.
   *
   * @param key as in {@code accuracy/test}
   * @throws IllegalStateException if the record has that key already; names both writers
   */
  void addScalar(String key, double value);

  /**
   * Shows a picture on the trackers that can, as {@link TensorBoardTracker} does; the others, and
   * {@code metrics.jsonl}, leave it out.
   *
   * @param key as in {@code reconstructions/test}
   * @throws IllegalStateException if there is a picture or a histogram of that key at this moment;
   *     names both writers
   */
  default void addImage(String key, Picture picture) {}

  /**
   * Shows how numbers are distributed, on the trackers that can; see {@link #addImage}.
   *
   * @throws IllegalStateException if there is a picture or a histogram of that key at this moment;
   *     names both writers
   */
  default void addHistogram(String key, Histogram histogram) {}
}
