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
}
